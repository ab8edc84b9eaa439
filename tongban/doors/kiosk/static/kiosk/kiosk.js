// The call display reads new calls aloud, once somebody has switched the voice on (browsers want a click first).
"use strict";

const voice = document.getElementById("voice"), list = document.getElementById("calls");
if (voice && list && "speechSynthesis" in window) {
  let said = new Set([...list.querySelectorAll("[data-call]")].map((one) => one.dataset.call));
  voice.hidden = false;
  voice.addEventListener("click", () => {
    const on = voice.getAttribute("aria-pressed") !== "true";
    voice.setAttribute("aria-pressed", String(on));
    if (!on) speechSynthesis.cancel();
  });
  new MutationObserver(() => {
    const now = [...list.querySelectorAll("[data-call]")];
    if (voice.getAttribute("aria-pressed") === "true") {
      for (const one of now.filter((call) => !said.has(call.dataset.call)).reverse()) {
        const words = new SpeechSynthesisUtterance(one.dataset.said);
        words.lang = "zh-CN";
        speechSynthesis.speak(words);
      }
    }
    said = new Set(now.map((one) => one.dataset.call));
  }).observe(list, { childList: true });
}
