// Every text of the page, for translators. Formulas and errors come from the C code.

export const words = {
  title: 'cnn.c lab',
  modes: {
    look: 'Look',
    train: 'Train',
    check: 'Check',
    break: 'Break',
    network: 'Network',
    tour: 'Tour',
  },
  first: (digits: boolean) =>
    `This is a small network that reads ${digits ? 'digits' : 'pictures'}. It runs here, in this page: the C code of ` +
    'cnn.c, compiled. Point at any number to see where it comes from. Press ▶ to walk through what ' +
    'it computes, and back.',
  close: 'Close',
  failed: 'The page could not start: ',
  status: (digits: boolean, name: string, loss: string) =>
    `true ${digits ? 'digit' : 'class'} ${name} · loss ${loss}`,
  bits: {
    fused: 'same bits as cnn',
    plain: 'bits of cnn --backend base',
    why: 'This browser rounds a multiply-add once, as the command does: every number is the same to the last bit.',
    whyPlain:
      'This browser rounds products and sums apart, as the command does with --backend base.',
  },

  picture: {
    sees: 'The network sees',
    seesLabel: (height: number, width: number) =>
      `The picture as the network sees it, ${height} by ${width} pixels`,
    test: (i: number) => `test image ${i}`,
    drawn: 'your drawing',
    draw: (digits: boolean) => (digits ? 'Draw a digit here' : 'Draw here'),
    drawLabel:
      'Drawing pad. Mouse, touch or pen; or keys: arrows move the pen, Space lowers and lifts it, Delete clears',
    clear: 'Clear',
    previous: 'Previous test image',
    next: 'Next test image',
    any: 'Any',
    anyLabel: 'Any test image',
    misread: 'Misread',
    misreadLabel: 'Misread: the next test image that the network reads wrong',
    noMisread: (n: number) => `It misreads none of the ${n.toLocaleString('en')}.`,
    says: 'It says',
    true: (digits: boolean) => (digits ? 'True digit' : 'True class'),
    weights: (
      from: { kind: string; seed?: number; name?: string },
      about: { own: string; name: string },
    ) => {
      const texts: Record<string, string> = {
        own: about.own === 'lab' ? `${about.name}, trained on 10,000 images` : `of ${about.name}`,
        seed: `random, of seed ${from.seed}`,
        training: 'from your training',
        file: `of ${from.name}`,
      };
      return `Weights: ${texts[from.kind]}`;
    },
    reset: (name: string) => `Back to ${name}`,
  },

  map: {
    label: 'The network, from input to answer',
    shape: (h: number, w: number, c: number) =>
      h * w === 1 ? `${c}` : c === 1 ? `${h}×${w}` : `${h}×${w}×${c}`,
    input: 'the picture',
    tensor: (name: string, place: string, value: string) => `${name}, ${place}: ${value}`,
    keys: 'Arrows move, Page Up and Page Down change the channel, Enter keeps.',
    score: 'score',
    share: 'share',
    gradient: 'p − y',
    value: 'value',
    gradientLegend: '∂ gradient',
    scale: 'each layer by its own largest number',
    kernels: (name: string, n: number) => `${name} · ${n.toLocaleString('en')} numbers`,
    largest: (value: string) => `largest ${value}`,
  },

  place: {
    map: (k: number, y: number, x: number) => `channel ${k}, row ${y}, column ${x}`,
    // From 0, as in the C code and the command.
    cell: (y: number, x: number) => `row ${y}, column ${x}`,
    kernel: (k: number, c: number, r: number, s: number) =>
      `kernel ${k}, input channel ${c}, row ${r}, column ${s}`,
    weight: (c: number, k: number) => `from input ${c} to output ${k}`,
    number: (i: number) => `number ${i}`,
  },

  sum: {
    title: 'Where this number comes from',
    why: 'Why?',
    back: 'Back',
    backLabel: 'Back to the number before (Backspace)',
    follow: 'Follow the largest',
    followLabel: 'Follow the largest: explain the factor that counts most (f)',
    all: (n: number) => `All ${n.toLocaleString('en')} terms, in the order of the C code`,
    allHead: ['term', 'x', 'y', 'adds', 'running total'],
    count: (n: number, zeros: number, out: number) => {
      const parts = [`${n.toLocaleString('en')} ${n === 1 ? 'term' : 'terms'}`];
      if (zeros) parts.push(`${zeros.toLocaleString('en')} of them 0`);
      if (out) parts.push(`${out.toLocaleString('en')} left out`);
      return parts.join(', ');
    },
    channels: (shown: number, of: number) =>
      shown < of ? `The ${shown} of ${of} channels that add most:` : '',
    largest: (shown: number, of: number) => (shown < of ? `The ${shown} that add most:` : ''),
    channel: (k: number) => `ch ${k}`,
    starts: 'starts from',
    patch: (a: string, b: string) => `${a} under the kernel × ${b}`,
    divided: (d: string) => `divided by ${d}`,
    softmax: (max: string, total: string) => `largest score ${max}; sum of all exp ${total}`,
    command: 'The command says the same:',
    saved: 'After Save model (in Network), the command says the same:',
    function: (name: string) => `Computed by ${name}()`,
    line: (page: string, line: number) => `${page}, line ${line}`,
    wins: 'the largest',
    open: 'open: above 0',
    closed: 'closed',
    explain: (tensor: string, place: string) => `Explain ${tensor}, ${place}`,
    kinds: {
      given: 'Nothing computes this number: it was given, or learned by earlier steps of training.',
      copy: 'The same number; only the order of the numbers changes.',
      products: 'Each pair is multiplied, and the products are added up.',
      added: 'These numbers are added up.',
      mean: 'The mean of these numbers.',
      shares: 'Each mean hands back an equal share of its gradient.',
      maximum: 'The largest of these goes on.',
      place: 'Where the largest of these is.',
      gate: 'A gate: x passes if y is above 0.',
      probability: 'The chosen exp, over the sum of all of them.',
      loss: 'Log of the sum of all exp, less the score of the true digit (from the largest).',
      'logits gradient': 'The share p, less 1 for the true digit and 0 for the others.',
      'logits-gradient': 'The share p, less 1 for the true digit and 0 for the others.',
    } as Record<string, string>,
    columns: {
      products: ['x', 'y', 'x · y'],
      probability: ['score', 'exp', ''],
      loss: ['score', 'exp', ''],
      gate: ['x', 'y', ''],
    } as Record<string, string[]>,
  },

  steps: {
    label: 'Steps',
    first: 'First step',
    previous: 'Step back (←)',
    next: 'Step on (→)',
    play: 'Play',
    pause: 'Pause',
    forward: 'forward',
    backward: 'backward',
    of: (i: number, n: number) => `${i} of ${n}`,
    input: 'The picture as numbers: each pixel from 0 to 255, less the mean, over the deviation.',
    probabilities: 'Softmax: the scores become shares that add up to 1.',
    losses: 'The loss: 0 if it is sure and right, large if it is sure and wrong.',
    logits:
      'p − y: how the loss answers to each score. Above 0 where the digit is wrong, below 0 where it is right.',
    inputGradient: (how: string) => `${how} Here: which pixels would raise the loss.`,
    layers: {
      conv2d:
        'Kernels slide over the maps: multiply, add up, add the bias (a number of each kernel).',
      relu: 'ReLU: what is below 0 becomes 0.',
      leakyrelu: 'Leaky ReLU: what is below 0 is made small.',
      maxpool2d: 'Max pool: of each window the largest goes on; its place is kept.',
      avgpool2d: 'Average pool: of each window the mean goes on.',
      flatten: 'The maps become one list of numbers.',
      dense: 'Each output is a sum over all inputs, times a weight each, and a bias.',
    } as Record<string, string>,
    gradients: {
      conv2d:
        'Each gradient is spread back through its kernel, and what falls on one place is added.',
      relu: 'Where the sum was not above 0, nothing passes back.',
      leakyrelu: 'Where the sum was not above 0, little passes back.',
      maxpool2d: 'The pool sends each gradient to the winner of its window; the others get 0.',
      avgpool2d: 'The pool hands each place of the window an equal share.',
      flatten: 'Flatten only changed the order; so does the step back.',
      dense: 'Each input gathers from all the outputs it went into.',
    } as Record<string, string>,
    weight: {
      conv2d:
        'A weight was used at every place: its gradient is the sum over them of input × gradient.',
      dense: 'Each weight: its input times the gradient of its output.',
    } as Record<string, string>,
    bias: 'The bias was added everywhere: its gradient is the sum of all gradients.',
    other: 'The numbers of this layer.',
  },

  train: {
    title: 'Train it, from random weights',
    speed: 'Steps',
    speeds: {
      slow: '1/s',
      ten: '10/s',
      frame: 'each frame',
      full: 'full',
    },
    run: 'Run',
    pause: 'Pause',
    step: 'One step',
    epoch: 'One epoch',
    fresh: 'New weights',
    save: 'Save model',
    batch: 'batch',
    rate: 'rate',
    rule: 'rule',
    seed: 'seed',
    loss: 'Loss of each batch',
    right: 'Held-out images read right',
    step1: 'step',
    hint: (images: string) =>
      'A step shows the network a few images (a batch), and moves every weight a little against ' +
      `its gradient (how far: the rate). An epoch is one pass over all ${images} images.`,
    state: (step: number, epoch: number) => `step ${step.toLocaleString('en')} · epoch ${epoch}`,
    perSecond: (n: number) => `${n.toLocaleString('en')} images/s`,
    lossNow: (text: string) => `loss ${text}`,
    rightNow: (text: string) => `${text} of 2,000 right`,
    command: 'The command that writes the same file, byte for byte:',
    partial: 'At the end of an epoch the saved file is the command’s, byte for byte.',
    starting: 'Starting …',
    noImages: 'This page has no images to train on.',
    over: 'The run is at its end.',
    pale: 'Pale: runs before.',
    apply: 'Press New weights to use these.',
    settings: 'Made with',
    beside: 'A second run beside it',
    runs: { mine: 'First run', beside: 'Second run' },
    onMap: 'On the maps',
    dashed: 'Dashed: the second run, on the same images in the order of its seed.',
  },

  reading: {
    misread: 'Misread now',
    count: (n: number, of: number) => `${n.toLocaleString('en')} of ${of.toLocaleString('en')}`,
    more: (n: number) => `and ${n.toLocaleString('en')} more`,
    reads: (truth: string, says: string) => `a ${truth}, read as ${says}`,
    look: (image: number, truth: string, says: string) =>
      `Look at test image ${image}: a ${truth}, read as ${says}`,
    confusion: 'True class (rows) against answer (columns)',
    corner: '',
    cell: (n: number, truth: string, says: string) =>
      `${n} times a ${truth} was read as ${says}: look at one`,
  },

  check: {
    title: 'Check the gradients',
  },

  break: {
    title: 'Break it on purpose',
  },

  network: {
    title: 'The network',
    hint:
      'One layer a line, as in the files of cnn. Change it and apply: it starts anew, from random ' +
      'weights, and all modes show it. A model file can be dropped here.',
    presets: 'Presets',
    about: {
      lab: 'Two small convolutions, trained',
      tiny: 'Two convolutions of 4 and 8 kernels',
      simple: 'Two wider convolutions and a hidden layer',
      scratch: 'One convolution, 402,202 parameters',
      odd: 'Strides, windows that overlap, no bias',
    } as Record<string, string>,
    text: 'The network as text',
    apply: 'Apply: random weights',
    seed: 'seed',
    saveText: 'Save text',
    load: 'Load a model …',
    save: 'Save model',
    measure: 'Measure it on the held-out images',
    right: (share: string, images: string, loss: string) =>
      `${share} of ${images} held-out images right, loss ${loss}`,
    columns: ['layer', 'output', 'parameters', 'multiply-adds'],
    total: 'total',
  },

  tour: {
    title: 'Tour',
  },

  link: {
    ignored: (parts: string[]) =>
      `This link has ${parts.length > 1 ? 'parts' : 'a part'} that the page cannot use: ${parts.join(', ')}`,
  },

  help: {
    open: 'Help and keys',
    title: 'Keys',
    rows: [
      ['← →', 'step back, step on'],
      ['Home, End', 'first step, last step'],
      ['Space', 'play, pause'],
      [
        'Tab',
        'to a layer; there arrows move, Page Up and Page Down change the channel, Enter keeps',
      ],
      ['f', 'explain the factor that counts most'],
      ['Backspace', 'back to the number before'],
      ['0 … 9', 'say what the true digit is'],
      ['m', 'next image that is misread'],
      ['d', 'to the drawing pad'],
      ['l, t, n', 'look, train, network'],
      ['r, s', 'train: run or pause, one step'],
    ],
    licenses: 'The page contains Preact, its signals and uPlot (all MIT).',
  },
};
