// Opens the page of the link beside it, as a press on that does: the browser alone asks for pages, and knows for which.

export default () => document.querySelector(".st-key-page_links-lead a")?.click();
