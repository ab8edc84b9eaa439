"""Priority classes of a queue in words; a hall may know further ones."""

PRIORITIES = {
    "elderly": "老年人",
    "disabled": "残疾人",
    "pregnant": "孕妇",
    "military": "军人、退役军人",
    "infant": "带婴幼儿的人",
    "unwell": "病人",
}
