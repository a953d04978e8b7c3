// Sees to it that the browser has a language. Where the system's is C.UTF-8, WebKit calls it "C", which
// is none: uPlot, which asks how to write numbers while it loads, would stop the page.
try {
  new Intl.NumberFormat(navigator.language);
} catch {
  Object.defineProperty(navigator, 'language', { value: 'en' });
}
