// Sees to it that the browser has a language. WebKit calls that of a desktop without one "C", which
// is none: uPlot, which asks for its way of writing numbers while it loads, would stop the page.
try {
  new Intl.NumberFormat(navigator.language);
} catch {
  Object.defineProperty(navigator, 'language', { value: 'en' });
}
