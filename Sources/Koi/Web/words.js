// What the pages say, in both languages. The names of fields and choices come from /v1/schema.

const words = {
  en: {
    skip: "Skip to the content",
    title: "Know your customers.",
    what: "Koi is a CRM server in one program: customers and contacts in one database on your own machine, found by name, pinyin or telephone number, and open to all your other systems over HTTP.",
    keyLabel: "API key",
    keySend: "Open",
    keyHint: "Make one on the server with",
    keyKept: ". It is kept in this browser tab only.",
    forget: "Forget the key",
    customers: "Customers",
    contacts: "Contacts",
    search: "Search",
    searchHint: "Name, pinyin, initials or telephone number",
    tier: "Tier",
    all: "All",
    find: "Search",
    previous: "Previous",
    next: "Next",
    pages: "Pages",
    close: "Close",
    api: "API description (OpenAPI)",
    license: "Koi is free software under the MIT License.",
    asking: "Asking the server …",
    up: "The server is up",
    down: "The server does not answer",
    readOnly: "The server cannot write",
    unreachable: "The server does not answer. Is it running?",
    none: "There are no customers yet.",
    notFound: "Nothing matches.",
    shown: "Page {page}, {count} shown",
    partial: "Page {page}, {count} shown; there may be more, use more words",
    yes: "Yes",
    no: "No",
    main: "main contact",
    language: "中文",
  },
  zh: {
    skip: "跳到正文",
    title: "了解您的客户。",
    what: "Koi 是单个程序的 CRM 服务器：客户和联系人都在您自己机器上的一个数据库中，可按名称、拼音或电话号码查找，并通过 HTTP 向您的其他系统开放。",
    keyLabel: "API 密钥",
    keySend: "打开",
    keyHint: "在服务器上创建密钥：",
    keyKept: "。密钥只保存在当前浏览器标签页中。",
    forget: "清除密钥",
    customers: "客户",
    contacts: "联系人",
    search: "搜索",
    searchHint: "名称、拼音、首字母或电话号码",
    tier: "等级",
    all: "全部",
    find: "搜索",
    previous: "上一页",
    next: "下一页",
    pages: "分页",
    close: "关闭",
    api: "API 说明（OpenAPI）",
    license: "Koi 是 MIT 许可证下的自由软件。",
    asking: "正在连接服务器……",
    up: "服务器运行正常",
    down: "服务器没有响应",
    readOnly: "服务器无法写入",
    unreachable: "服务器没有响应。它在运行吗？",
    none: "还没有客户。",
    notFound: "没有匹配的结果。",
    shown: "第 {page} 页，共显示 {count} 条",
    partial: "第 {page} 页，显示 {count} 条；可能还有更多，请增加关键词",
    yes: "是",
    no: "否",
    main: "主要联系人",
    language: "English",
  },
};

const place = "koi.language";

/** `en` or `zh`: as chosen before, else as the browser prefers. */
export let language = remembered() ?? (navigator.language.toLowerCase().startsWith("zh") ? "zh" : "en");

function remembered() {
  try {
    const choice = localStorage.getItem(place);
    return choice in words ? choice : null;
  } catch {
    return null;
  }
}

/** The text of that name, with {…} filled in. */
export function say(name, values = {}) {
  return words[language][name].replace(/\{(\w+)\}/g, (_, key) => values[key]);
}

/** The label in the language of the page, of `{"en": …, "zh": …}`. */
export function label(text) {
  return text[language];
}

/** Writes every marked element in the language of the page. */
export function translate() {
  document.documentElement.lang = language;
  for (const element of document.querySelectorAll("[data-text]")) element.textContent = say(element.dataset.text);
  for (const element of document.querySelectorAll("[data-placeholder]")) element.placeholder = say(element.dataset.placeholder);
  for (const element of document.querySelectorAll("[data-label]")) element.ariaLabel = say(element.dataset.label);
}

/** Lets a button change the language, and tells of it by the event `koi:language` of the document. */
export function offerLanguages(button) {
  const name = () => {
    button.textContent = say("language");
    button.lang = language === "en" ? "zh" : "en";
  };
  button.addEventListener("click", () => {
    language = language === "en" ? "zh" : "en";
    try {
      localStorage.setItem(place, language);
    } catch {
      // A browser without storage forgets the choice with the page.
    }
    translate();
    name();
    document.dispatchEvent(new Event("koi:language"));
  });
  name();
}
