// Opens a page in Chromium without a window, through the DevTools protocol on a pipe, scrolls to every
// chart, uses every control once, and prints one JSON object: what was drawn, written to the console and
// asked of the network.
//   node visit.mjs CHROMIUM PAGE WIDTH light|dark PROFILE [SCREENSHOT]
import {spawn} from 'node:child_process';
import {writeFileSync} from 'node:fs';
import {pathToFileURL} from 'node:url';

const [chromium, page, width, scheme, profile, screenshot] = process.argv.slice(2);
const browser = spawn(chromium, [
  '--headless=new', '--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage', '--no-first-run',
  '--disable-background-networking', `--user-data-dir=${profile}`, '--remote-debugging-pipe', 'about:blank',
], {stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe']});
const limit = setTimeout(() => fail('no answer in 240 s'), 240000);

let number = 0, buffer = '';
const waiting = new Map(), console_ = [], requests = [];

function fail(message) {
  process.stderr.write(message + '\n');
  browser.kill('SIGKILL');
  process.exit(1);
}

function send(method, parameters = {}, sessionId) {
  const id = ++number;
  browser.stdio[3].write(JSON.stringify({id, method, params: parameters, sessionId}) + '\0');
  return new Promise((resolve, reject) => waiting.set(id, {resolve, reject, method}));
}

function receive(message) {
  if (message.id) {
    const {resolve, reject, method} = waiting.get(message.id);
    waiting.delete(message.id);
    if (message.error) reject(new Error(`${method}: ${message.error.message}`)); else resolve(message.result);
  } else if (message.method === 'Runtime.consoleAPICalled') {
    console_.push(message.params.args.map(a => a.value ?? a.description ?? '').join(' '));
  } else if (message.method === 'Runtime.exceptionThrown') {
    const details = message.params.exceptionDetails;
    console_.push(details.exception?.description ?? details.text);
  } else if (message.method === 'Log.entryAdded') {
    console_.push(message.params.entry.text);
  } else if (message.method === 'Network.requestWillBeSent') {
    requests.push(message.params.request.url.slice(0, 200));
  }
}

browser.on('exit', code => { if (!done) fail(`chromium ended with ${code}`); });
let done = false;
browser.stdio[4].setEncoding('utf8').on('data', text => {
  buffer += text;
  for (let end; (end = buffer.indexOf('\0')) >= 0; buffer = buffer.slice(end + 1)) {
    receive(JSON.parse(buffer.slice(0, end)));
  }
});

try {
  const {targetInfos} = await send('Target.getTargets');
  const target = targetInfos.find(info => info.type === 'page');
  const {sessionId} = await send('Target.attachToTarget', {targetId: target.targetId, flatten: true});
  const ask = (method, parameters) => send(method, parameters, sessionId);
  const evaluate = async expression => {
    const result = await ask('Runtime.evaluate', {expression, awaitPromise: true, returnByValue: true});
    if (result.exceptionDetails) throw new Error(result.exceptionDetails.exception?.description);
    return result.result.value;
  };
  for (const domain of ['Runtime', 'Log', 'Network', 'Page']) await ask(`${domain}.enable`);
  await ask('Emulation.setDeviceMetricsOverride', {
    width: Number(width), height: 900, deviceScaleFactor: 1, mobile: Number(width) < 600,
  });
  await ask('Emulation.setEmulatedMedia', {features: [{name: 'prefers-color-scheme', value: scheme}]});
  await ask('Page.navigate', {url: pathToFileURL(page).href});
  await evaluate(`new Promise(resolve => document.readyState === 'complete'
    ? resolve() : addEventListener('load', () => resolve()))`);

  const visit = await evaluate(`(async () => {
    const pause = () => new Promise(resolve => requestAnimationFrame(() => setTimeout(resolve, 20)));
    const figures = Array.from(document.querySelectorAll('figure[data-renderer]'));
    let longest = 0;
    new PerformanceObserver(list => {
      for (const entry of list.getEntries()) longest = Math.max(longest, entry.duration);
    }).observe({type: 'longtask'});
    await pause();
    const atOnce = figures.filter(figure => figure.dataset.state).length;
    for (const details of document.querySelectorAll('details')) details.open = true;
    for (const figure of figures) {
      figure.scrollIntoView();
      for (let turn = 0; turn < 500 && !figure.dataset.state; turn++) await pause();
    }
    // Marks of each chart, to tell a drawn chart from an empty one.
    const marks = figure => {
      const canvas = figure.querySelector('canvas');
      if (canvas) {
        const copy = document.createElement('canvas');
        [copy.width, copy.height] = [canvas.width, canvas.height];
        const context = copy.getContext('2d', {willReadFrequently: true});
        context.drawImage(canvas, 0, 0);
        const data = context.getImageData(0, 0, copy.width, copy.height).data;
        return data.reduce((sum, value, place) => sum + (place % 4 === 3 && value > 0 ? 1 : 0), 0);
      }
      return figure.querySelectorAll('.mark-line path, .mark-area path, .mark-rect path, .mark-symbol path').length;
    };
    const empty = figures.filter(figure => marks(figure) === 0).map(figure => figure.id);
    const state = name => figures.filter(figure => figure.dataset.state === name).length;
    const result = {charts: figures.length, atOnce, drawn: state('drawn'), empty};
    result.longestTask = Math.round(longest);
    // Every control once: all choices of a select, both states of a box.
    result.used = 0;
    for (const figure of figures) {
      for (let place = 0; place < figure.querySelectorAll('input[type=checkbox]').length; place++) {
        figure.querySelectorAll('input[type=checkbox]')[place].click();
        await pause();
        result.used++;
      }
      for (let place = 0; place < figure.querySelectorAll('select').length; place++) {
        const select = figure.querySelectorAll('select')[place], before = select.selectedIndex;
        for (const index of [select.options.length - 1, before]) {
          select.selectedIndex = index;
          select.dispatchEvent(new Event('input', {bubbles: true}));
          select.dispatchEvent(new Event('change', {bubbles: true}));
          await pause();
        }
        result.used++;
      }
    }
    result.emptyLogarithmic = figures.filter(figure => marks(figure) === 0).map(figure => figure.id);
    for (const box of document.querySelectorAll('.logarithm input:checked')) box.click();
    dispatchEvent(new Event('beforeprint'));
    await pause();
    dispatchEvent(new Event('afterprint'));
    await pause();
    result.failed = state('failed');
    result.overflow = document.documentElement.scrollWidth - document.documentElement.clientWidth;
    result.title = document.title;
    result.text = document.querySelector('h1').textContent;
    scrollTo(0, 0);
    return result;
  })()`);
  if (screenshot) {
    const image = await ask('Page.captureScreenshot', {captureBeyondViewport: true, format: 'png'});
    writeFileSync(screenshot, Buffer.from(image.data, 'base64'));
  }
  done = true;
  process.stdout.write(JSON.stringify({...visit, console: console_, requests}) + '\n');
  clearTimeout(limit);
  await send('Browser.close');
} catch (error) {
  fail(`${error}`);
}
