// Every text of the page, for translators. Formulas and errors come from the C code.
import { tour } from './words_tour';

export const words = {
  title: 'cnn.c lab',
  modesWhy: {
    look: 'Look at every number of the network (l)',
    train: 'Train it from random weights (t)',
    check: 'Check its gradients (c)',
    break: 'Break it on purpose (b)',
    network: 'Choose or write another network (n)',
    tour: 'A tour of ten stops (o)',
  },
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
    clearWhy: 'Clear the pad, to draw another digit.',
    previous: 'Previous test image',
    next: 'Next test image',
    any: 'Any',
    anyLabel: 'Any test image',
    misread: 'Misread',
    misreadLabel: 'Misread: the next test image that the network reads wrong',
    noMisread: (n: number) => `It misreads none of the ${n.toLocaleString('en')}.`,
    open: 'Open a picture',
    openWhy: 'Open a picture of a digit. Or drop one anywhere on the page, or paste it.',
    opened: (name: string, width: number, height: number) =>
      `${name}, ${width} × ${height} pixels, in the form of the digits it learned from.`,
    noPicture: (name: string) => `${name}: no picture that this browser can read.`,
    refused: (name: string, why: string) => `${name}: ${why}.`,
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
    shareAfter: 'after',
    loss: 'loss',
    lossAfter: 'loss after',
    gradient: 'p − y',
    value: 'value',
    gradientLegend: '∂ gradient',
    scale: 'each layer by its own largest number',
    kernelsWhy: (name: string) =>
      `All numbers of ${name}, a sheet for each kernel or output. Point at one to explain it.`,
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
    ofImage: (n: number, place: string) => `image ${n} of the batch, ${place}`,
  },

  sum: {
    title: 'Where this number comes from',
    why: 'Why?',
    whyLabel: 'Why? To the sum that made this number',
    lineWhy: 'The line of C that has the formula, marked, with the lines around it.',
    functionWhy: 'The function of the C code that computed this number.',
    allWhy: 'Every term in the order in which the C code adds them, with the running total.',
    back: 'Back',
    backLabel: 'Back to the number before (Backspace)',
    follow: 'Follow the largest',
    followLabel: 'Follow the largest: explain the factor that counts most (f)',
    all: (n: number) => `All ${n.toLocaleString('en')} terms, in the order of the C code`,
    image: 'image',
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
    turned: (a: string, b: string) => `${a} as it lies × ${b}, turned by 180°`,
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

  scatter: {
    label: 'Two views of the same sum',
    gather: 'Gather',
    scatter: 'Scatter',
    sentences: {
      gather:
        'Each place gathers: it fetches the gradients of all outputs that it went into. Seen from here the kernel lies turned by 180°.',
      scatter:
        'Each gradient of an output is stamped back through the kernel as it is; what falls on one place is added.',
    },
    stamp: (a: string, place: string, value: string, b: string) =>
      `The stamp of ${a}, ${place}: its gradient ${value} times ${b}.`,
    here: (share: string) => `On the framed place it puts ${share}. The stamps that add most here:`,
  },

  update: {
    rule: 'Rule',
    rate: 'Rate',
    ruleWhy: 'The rule that makes a move of a gradient: SGD or Adam.',
    rateWhy: 'The rate: how far each weight moves in one step.',
    rates: { adam: 0.003, sgd: 0.05 } as Record<string, number>, // and the rate that it starts with
    sentence:
      'The weight moves against its gradient. This is the first step of the rule: m and v start at 0. Step back, and the old weight is there again.',
    before: 'the weight before',
    gradient: 'its gradient',
    after: 'the weight after: w + Δw',
    sgdMove: (rate: string) => `− rate · g, rate ${rate}`,
    m: (beta: number) => `mean of the gradients: 0 + (1 − ${beta}) (g − 0)`,
    v: (beta: number) => `mean of their squares: ${beta} · 0 + (1 − ${beta}) g²`,
    corrected: (m: string, c: string) => `${m} / ${c}: as if it had not started at 0`,
    root: (c: string) => `root of v / ${c}`,
    adamMove: (rate: string, epsilon: string) => `− ${rate} · m̂ / (√v̂ + ${epsilon})`,
    lossBefore: 'loss before',
    lossAfter: 'loss after',
    change: 'change',
    foretold: 'foretold',
    foretoldWhy:
      'Foretold: each gradient times the move of its weight, added up. The loss is curved, so the true change differs.',
  },

  batch: {
    label: 'Image, or a batch of',
    size: (n: number) => (n === 1 ? 'image' : `${n}`),
    sentence: (n: number) =>
      n === 1
        ? 'One image: all gradients are its own.'
        : `${n} test images at once: the gradients of the weights are means over them.`,
    strip: (n: number) => `A batch of ${n} images`,
    mean: (loss: string) => `mean loss ${loss}`,
    thumb: (at: number, image: number, says: number, label: number, loss: string) =>
      `Image ${at} of the batch, test image ${image}: it says ${says}, true digit ${label}, loss ${loss}`,
  },

  steps: {
    label: 'Steps',
    first: 'First step',
    previous: 'Step back (←)',
    next: 'Step on (→)',
    playWhy: 'Play the steps one after the other, or stop (Space).',
    play: 'Play',
    pause: 'Pause',
    forward: 'forward',
    backward: 'backward',
    update: 'update',
    of: (i: number, n: number) => `${i} of ${n}`,
    input: 'The picture as numbers: each pixel from 0 to 255, less the mean, over the deviation.',
    probabilities: 'Softmax: the scores become shares that add up to 1.',
    losses: 'The loss: 0 if it is sure and right, large if it is sure and wrong.',
    logits:
      'p − y: how the loss answers to each score. Above 0 where the digit is wrong, below 0 where it is right.',
    inputGradient: (how: string) => `${how} Here: which pixels would raise the loss.`,
    layers: {
      conv2d:
        'Kernels slide over the maps: multiply, add up, add the bias. Each kernel makes one channel.',
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
    updateWeight:
      'Update: each weight moves a little against its gradient. The rule and the rate say how far.',
    updateBias: 'Each bias moves in the same way.',
    again: 'The same image once more, with the new weights: did it help?',
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
    hint:
      'A gradient says how fast the loss changes with a weight. Move one weight by h, up and down: ' +
      'the difference of the two losses over 2h is that slope, measured without backprop.',
    weight: 'The number moved',
    choose: 'Choose',
    chooseHint: 'Takes the one with the largest gradient.',
    any: 'Any weight',
    anyLabel: 'Any weight, at random (w)',
    computed: (name: string) => `${name} is computed and cannot be moved.`,
    offered: 'Moved is the weight that counts most in its sum.',
    offer: (name: string) => `Move ${name}, which counts most in its sum`,
    common: 'Marked: the digits that two numbers have in common.',
    value: (text: string) => `= ${text}`,
    step: 'h',
    stepLabel: 'How far the number is moved: h, from 1e-15 to 0.1 (keys − and +)',
    stepText: (h: string) => `h = ${h}`,
    smaller: 'A tenth of h (−)',
    larger: 'Ten times h (+)',
    best: (h: string) => `Best: ${h}`,
    wait: 'Computing …',
    high: 'loss at w + h',
    low: 'loss at w − h',
    middle: 'loss at w',
    quotient: 'difference / 2h',
    gradient: 'backprop',
    digits: (n: number) => (n === 1 ? '1 digit agrees' : `${n} digits agree`),
    allDigits: 'All digits agree',
    error: (text: string) => `relative error ${text}`,
    independent: 'The loss here does not depend on it, and backprop agrees: both are 0.',
    unmoved: 'So small a step does not move this number: the sum rounds back to it.',
    kinks: (n: number) =>
      n === 1
        ? 'A kink lies between w − h and w + h:'
        : `${n} kinks lie between w − h and w + h. The first:`,
    kinkOf: {
      relu: (layer: string) => `a gate of ${layer} is open at one end and closed at the other, at`,
      maxpool2d: (layer: string) => `a window of ${layer} has another maximum at each end, at`,
      other: (layer: string) => `${layer} switches, at`,
    } as Record<string, (layer: string) => string>,
    kinkSo: 'The quotient mixes the slopes of both sides there; neither it nor backprop is wrong.',
    along: 'The loss along this weight',
    alongLabel: (h: string, digits: string) =>
      `The loss from 2h below the weight to 2h above, h = ${h}, with the line of backprop's gradient. ${digits}.`,
    alongKey: ['the loss, as a change', 'the slope that backprop claims', 'w − h and w + h'],
    ends: ['w − 2h', '− h', 'w', '+ h', 'w + 2h'],
    curve: 'The error against h',
    curveLabel: (h: string, error: string) =>
      `The relative error for each h from 1e-15 to 0.1. Least at h = ${h}: ${error}. All steps are in the table below.`,
    curveKey: ['h at hand', 'a kink lies between the ends'],
    large:
      'Right, h too large: truncation. The loss is curved between the two ends (and may have a ' +
      'kink): a tenth of h, a hundredth of the error.',
    small:
      'Left, h too small: rounding. A loss has 16 digits, and both have most of them in common: ' +
      'few are left in the difference. A tenth of h, ten times the error.',
    all: 'All steps as numbers',
    allHead: ['h', 'loss at + h', 'loss at − h', 'difference / 2h', 'error', 'kinks'],
    command: 'The command says the same, for h from 0.1 to 1e-9:',
    many: (h: string) => `Move 200 weights at random by ${h}`,
    manySaid: (n: number, median: number) =>
      `The median of ${n} weights: ${median === 1 ? '1 digit agrees' : `${median} digits agree`}.`,
    manyKinked: (n: number) => `${n} have a kink between the ends.`,
    manyIdle: (n: number) => `The loss here does not depend on ${n}: not counted.`,
    manyBar: (digits: number, n: number) => `${digits} digits: ${n} weights`,
    manyDigits: 'digits that agree',
    gradients: 'Every gradient, layer by layer',
    gradientsHint:
      'dx is what a layer passes back, dw is for its weights, db for its biases. Each layer is ' +
      'checked by itself in double, with random numbers in place of this image and these weights. ' +
      'Up to 200 numbers of each gradient are moved.',
    gradientsHead: ['layer', 'error', '', 'checked', 'of', 'skip'],
    gradientsKey:
      'error: the largest relative one; the bar has powers of ten from 1e-16 to 1, and the limit. ' +
      'skip: too close to a kink of ReLU or max pool.',
    again: 'Other random numbers',
    right: (error: string, where: string, limit: string) =>
      `Right: the largest relative error is ${error}, in ${where}; the limit is ${limit}.`,
    wrong: (error: string, where: string, limit: string) =>
      `Wrong: the relative error is ${error}, in ${where}; the limit is ${limit}.`,
    unchecked: 'Not checked: of one gradient all numbers tried lie at a kink. Try other numbers.',
    rowUnchecked: 'not checked',
    wrongRow: 'wrong',
    worstAt: (where: string, backprop: string, measured: string) =>
      `${where}: backprop ${backprop}, measured ${measured}`,
    seconds: (text: string) => `${text} s`,
    seed: (n: number) => `seed ${n}`,
    gradientsCommand: 'The command says the same:',
    networkFile: 'The command says the same, with the network’s text in the file network.net:',
  },

  break: {
    elsewhere: 'The mistakes were measured on MNIST: the page of make lab has a card for each.',
    title: 'Break it on purpose',
    hint:
      'Classic mistakes of programs that train a network, each in one line of its C code. Two questions ' +
      'for each: does the training show that something is wrong? Does a check of the gradients? ' +
      'Guess before you see.',
    begin: 'Six to begin with',
    find: 'Find',
    group: 'Group by',
    groups: { place: 'place in the code', family: 'what becomes of it (gives answers away)' },
    found: (n: number, of: number) => (n === of ? `${of} mistakes` : `${n} of ${of} mistakes`),
    done: '✓ guessed',
    score: (right: number, of: number) => `Your guesses: ${right} of ${of} right.`,
    places: {
      'ops/relu.c': 'ReLU',
      'ops/leakyrelu.c': 'Leaky ReLU',
      'ops/maxpool2d.c': 'Max pooling',
      'ops/avgpool2d.c': 'Average pooling',
      'ops/conv2d.c': 'Convolution',
      'ops/dense.c': 'Dense layer',
      'mistakes/flatten.c': 'Flatten',
      'ops/softmax_xent.c': 'Softmax and loss',
      'ops/sgd.c': 'Update of the weights',
      'ops/adam.c': 'Update of the weights',
      'engine/model.c': 'Images',
      'engine/batch.c': 'Labels',
      'engine/init.c': 'First weights',
      'train/optimizers.c': 'Learning rate',
    } as Record<string, string>,
    // Name, and what becomes of a run, by what docs/mistakes.md measures with Adam.
    families: {
      silent: [
        'Silent',
        'A wrong gradient, and with Adam it learns about as well. Only the gradient check sees it.',
      ],
      slow: ['Slow', 'A wrong gradient: it learns, but worse.'],
      dead: ['Dead', 'A wrong gradient: it learns nothing.'],
      elsewhere: [
        'Elsewhere',
        'The gradients are right, so the check stays green: images, labels, first weights, rate or update are wrong.',
      ],
      latent: [
        'Latent',
        'The gradients are right, and here it does no harm. It may when numbers are unusual.',
      ],
    } as Record<string, [string, string]>,
    onlyAdam: 'A wrong gradient that this epoch of SGD shows, and one of Adam does not.',
    scale:
      'This gradient is only too large or too small. Adam divides each gradient by its own usual ' +
      'size, so it makes about the same steps; SGD does not.',
    unseen: 'One epoch does not show it either: it takes longer, or stronger settings, to do harm.',
    notes: {
      'pool-ties':
        'Two equal maxima are almost always two zeros after a ReLU, whose gate then stops what this ' +
        'mistake adds. A tie is also a kink of the loss, which the check leaves out.',
      'softmax-without-max':
        'exp overflows above 88, and the scores here are smaller. With pixels from 0 to 255 and SGD it gives NaN.',
      'adam-uncorrected':
        'Without the corrections the first steps of Adam have another size. Here that costs nothing.',
      'decay-uphill': 'After three epochs Adam is behind; SGD is not.',
    } as Record<string, string>,
    where: (page: string, line: number, name: string) =>
      line > 0 ? `${page}:${line}, ${name}()` : `${page}, ${name}()`,
    all: 'All mistakes',
    previous: 'Previous mistake',
    next: 'Next mistake',
    seen: 'Seen in',
    trainedBy: 'Trained by',
    rules: { adam: 'Adam 0.003', sgd: 'SGD 0.05' },
    oneRule: 'SGD has no such line: only Adam can make this mistake.',
    flags: (flags: string) => `Both runs have ${flags}: without it the line changes nothing.`,
    second: 'lab.net has no layer that can show it: both runs train a second network',
    guessFirst: 'Guess first',
    ask: {
      curve:
        'Will the curve show it? After one epoch: over 1.5 points fewer held-out images right than without it.',
      check: 'Will the gradient check show it? It compares each gradient with a measured slope.',
    },
    yes: 'Yes',
    no: 'No',
    show: 'Run both and see',
    first: 'Answer both first.',
    answer: 'The answer',
    wait: { curve: 'The curve: both are training …', check: 'The check: measuring slopes …' },
    truth: {
      curve: { yes: 'The curve shows it.', no: 'The curve does not show it.' },
      check: { yes: 'The check is red.', no: 'The check stays green.' },
    },
    guessed: (right: boolean) => (right ? '✓ as you guessed' : '✗ not as you guessed'),
    curves: 'Held-out images read right, in %',
    curvesLabel: 'Two curves over the steps: healthy and with the mistake',
    legend: 'Dashed: healthy. Solid: with the mistake. Same first weights, same order of images.',
    rightAfter: 'right after',
    epochs: (n: number) => (n === 1 ? '1 epoch' : `${n} epochs`),
    healthy: 'healthy',
    mistaken: 'mistake',
    docsFigures: (sound: string, mistake: string) =>
      `Measured by the command, in docs/mistakes.md: healthy ${sound}, mistake ${mistake}.`,
    diverged: 'NaN',
    otherBits:
      'This browser rounds products and sums apart: figures may differ a little from those of docs/mistakes.md.',
    goOn: 'Two epochs more',
    tryRule: (rule: string) => `The same with ${rule}`,
    kernels: (which: string) => `First kernels, ${which}`,
    check: 'Gradient check, with the mistake',
    layer: 'layer',
    unchecked: 'none checked',
    checkHow: (limit: string) =>
      `Largest relative difference between gradient and measured slope, in double; red above ${limit}.`,
    doctor: 'The doctor',
    examining: 'It examines images, first weights and a short training: some seconds …',
    well: 'Healthy: it finds nothing wrong.',
    cause: { fail: 'Most likely cause:', warn: 'Nothing ill; first suspect:' },
    others: (n: number) => `All ${n} findings that are not healthy`,
    doctorHow:
      'The doctor judges numbers, not code: it sees data, weights and a training, no line of C.',
    named: {
      title: 'Named by its numbers',
      fit: 'The wrong numbers fit, of all 57 mistakes:',
      none: 'none of them',
      right: 'Each of these gradients is right: there is nothing to name.',
      first: (layer: string, place: string, theirs: string, ours: string) =>
        `The first wrong number: ${place} of ${layer} is ${theirs}, and should be ${ours}.`,
      like: (properties: string) => `That gradient: ${properties}.`,
      properties: [
        'RATIO times the right one',
        'the right one with two indices exchanged',
        'the right one, moved by a row or a column',
        '0 in places where it should not be',
        'not 0 in places where it should be',
        'right but for the outermost rows and columns',
        'not finite',
      ],
      how:
        'cnn_diagnose compares small cases of every kind of layer, answered with the mistake, with what ' +
        'each mistake of the catalog would answer. It can do so for your own program.',
    },
    docsSay: (m: { check: string; doctor: string }) =>
      `docs/mistakes.md has: check ${m.check}; doctor ${m.doctor}.`,
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

  tour,

  print: {
    sheet: (tensor: string, place: string, unit: string) =>
      `${tensor} around ${place}, as numbers ${unit}`,
  },

  // At most twenty words each.
  terms: {
    kernel: 'A small grid of weights that slides over the maps; at each place it makes one number.',
    channel: 'One of several maps side by side, each made by a kernel of its own.',
    weight: 'A number that an input is multiplied by. Training changes it.',
    bias: 'A number that is added to every sum of its kernel or output, whatever the input.',
    ReLU: 'A layer that turns each number below 0 into 0, and lets the others pass.',
    pool: 'A layer that makes one number of each small window: its largest, or its mean.',
    softmax: 'It turns scores into shares: e to the power of each, over the sum of all.',
    loss: 'How wrong the answer is: 0 if it is sure and right, large if sure and wrong.',
    gradient: 'How fast the loss rises if this number rises; below 0, the loss falls.',
    batch: 'Some images that the network is shown together, for one step.',
    epoch: 'One pass over all the images that it trains on.',
    rate: 'How far the weights move in one step.',
  },

  link: {
    ignored: (parts: string[]) =>
      `This link has ${parts.length > 1 ? 'parts' : 'a part'} that the page cannot use: ${parts.join(', ')}`,
  },

  help: {
    open: 'Help and keys (?)',
    labels: 'What is on the page',
    terms: 'Terms',
    meanings: [
      ['Close', 'Closes these words.'],
      ['The network sees', 'The picture as it is given to the network: 28 × 28 gray pixels.'],
      [
        'Draw a digit here',
        'The answer follows your pen; the drawing is made to look like MNIST’s.',
      ],
      ['Image, or a batch of', 'How many images are looked at together.'],
      ['It says', 'The shares of the ten digits; the largest is the answer.'],
      ['True digit', 'What the image really shows: the loss and all gradients come from it.'],
      ['score', 'What the last layer makes of each digit.'],
      ['share', 'The scores after softmax: they add up to 1.'],
      ['p − y', 'The share, less 1 for the true digit: where all gradients begin.'],
      ['after', 'The shares with the new weights.'],
      ['Where this number comes from', 'The sum that made the number you point at, term by term.'],
      ['term', 'Its number in the order of the C code, or why it is left out.'],
      ['x', 'The first factor of the term.'],
      ['y', 'The second factor of the term.'],
      ['adds', 'What the term adds to the sum.'],
      ['running total', 'The sum so far, with the bits that the C code has.'],
      ['image', 'The image of the batch that the term comes from.'],
      ['Rule', 'The rule that makes a move of a gradient.'],
      ['Rate', 'How far each weight moves in one step.'],
    ],
    title: 'Keys',
    rows: [
      ['← →', 'step back, step on'],
      ['Home, End', 'first step; end of the way back, then of the update'],
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
      ['l, t, c, b, n', 'look, train, check, break, network'],
      ['o, g', 'tour and questions; back to their box'],
      ['Escape', 'closes what is open'],
      ['?', 'all keys'],
      ['r, s', 'train: run or pause, one step'],
      ['−, +, w', 'check: smaller h, larger h, another weight'],
    ],
    licenses: 'The page contains Preact, its signals and uPlot (all MIT).',
  },
};
