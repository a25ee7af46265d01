'use strict';
// Draws each chart when it comes into view, and again when its scale or the page's colours change.
// Vega runs with its expression interpreter: nothing is compiled from text.
(() => {
  const darkPage = matchMedia('(prefers-color-scheme: dark)');
  const figures = Array.from(document.querySelectorAll('figure[data-renderer]'));
  const views = new Map();
  let printing = false;

  const isDark = () => darkPage.matches && !printing;

  function configuration() {
    const [ink, faint, line] = isDark() ? ['#d6d9dc', '#9aa1a8', '#3a3f45'] : ['#24292e', '#5c646c', '#e3e6e8'];
    const font = 'system-ui, -apple-system, "Segoe UI", sans-serif';
    return {
      background: null,
      axis: {
        labelColor: faint, titleColor: ink, domainColor: faint, tickColor: faint, gridColor: line,
        labelFont: font, titleFont: font, labelFontSize: 11, titleFontSize: 11, titleFontWeight: 'normal',
      },
      legend: {
        labelColor: ink, titleColor: ink, labelFont: font, titleFont: font, labelFontSize: 11,
        titleFontSize: 11, symbolStrokeWidth: 2.5,
      },
      title: {color: ink, font: font},
      text: {font: font},
    };
  }

  // The specification as it is drawn now: colours, scale, and what the reader has chosen.
  function specificationOf(figure, chosen) {
    const specification = JSON.parse(figure.querySelector('script').textContent);
    const logarithm = figure.querySelector('.logarithm input');
    for (const signal of specification.signals) {
      if (signal.name in chosen) signal.value = chosen[signal.name];
      if (signal.name === 'dark') signal.value = isDark();
      if (signal.name === 'logarithmic') signal.value = logarithm.checked;
    }
    if (logarithm && logarithm.checked) {
      const scale = specification.scales.find(scale => scale.name === 'value');
      scale.type = 'log';
      delete scale.zero;
    }
    return specification;
  }

  function chosenIn(figure) {
    const view = views.get(figure), chosen = {};
    if (!view) return chosen;
    for (const signal of JSON.parse(figure.querySelector('script').textContent).signals) {
      if (signal.bind) chosen[signal.name] = view.signal(signal.name);
    }
    return chosen;
  }

  function draw(figure) {
    const chosen = chosenIn(figure);
    if (views.has(figure)) views.get(figure).finalize();
    const choices = figure.querySelector('.choices'), container = figure.querySelector('.chart');
    choices.replaceChildren();
    try {
      const runtime = vega.parse(specificationOf(figure, chosen), configuration(), {ast: true});
      const view = new vega.View(runtime, {
        expr: vegaInterpreter, renderer: figure.dataset.renderer, container: container, bind: choices,
        hover: true, logLevel: vega.Error,
      });
      views.set(figure, view);
      view.run();
      container.style.minHeight = '';
      figure.dataset.state = 'drawn';
    } catch (error) {
      views.delete(figure);
      container.textContent = 'This chart could not be drawn.';
      figure.dataset.state = 'failed';
      console.error(figure.id, error);
    }
  }

  const drawAgain = () => { for (const figure of Array.from(views.keys())) draw(figure); };

  const observer = new IntersectionObserver(entries => {
    for (const entry of entries) {
      if (!entry.isIntersecting) continue;
      observer.unobserve(entry.target);
      draw(entry.target);
    }
  }, {rootMargin: '300px 0px'});

  for (const figure of figures) {
    // The place a chart will take, so that the page does not jump.
    figure.querySelector('.chart').style.minHeight = figure.dataset.height + 'px';
    const logarithm = figure.querySelector('.logarithm input');
    if (logarithm) logarithm.addEventListener('change', () => draw(figure));
    observer.observe(figure);
  }

  darkPage.addEventListener('change', drawAgain);
  addEventListener('beforeprint', () => {
    printing = true;
    for (const figure of figures) if (figure.offsetParent !== null) draw(figure);
  });
  addEventListener('afterprint', () => { printing = false; drawAgain(); });
})();
