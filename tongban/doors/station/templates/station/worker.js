{% load static %}// Keeps the page for when there is no line; with a line the newest one is always asked for first.
"use strict";

const KEPT = "station-1";
const NEEDED = ["{% url 'station-offline' %}", "{% url 'station-offline-items' %}", "{% static 'look/look.css' %}", "{% static 'look/look.js' %}",
  "{% static 'look/mark.svg' %}", "{% static 'station/station.css' %}", "{% static 'station/offline.js' %}"];
self.addEventListener("install", (event) => {
  self.skipWaiting();
  event.waitUntil(caches.open(KEPT).then((kept) => kept.addAll(NEEDED)));
});
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));
self.addEventListener("fetch", (event) => {
  const asked = event.request, where = new URL(asked.url);
  if (asked.method !== "GET" || where.origin !== location.origin) return;
  event.respondWith((async () => {
    const kept = await caches.open(KEPT);
    try {
      const answer = await fetch(asked);
      if (answer.ok && !answer.redirected) await kept.put(asked, answer.clone());
      return answer;
    } catch (down) {
      const found = await kept.match(asked);
      if (found) return found;
      throw down;
    }
  })());
});
