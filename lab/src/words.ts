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
  first:
    'This is a small network that reads digits. It runs here, in this page: the C code of cnn.c, ' +
    'compiled. Point at any number to see where it comes from. Press ▶ to walk through what it ' +
    'computes, and back.',
  close: 'Close',
  failed: 'The page could not start: ',
  status: (digit: number, loss: string) => `true digit ${digit} · loss ${loss}`,
  bits: {
    fused: 'same bits as cnn',
    plain: 'bits of cnn --backend base',
    why: 'This browser rounds a multiply-add once, as the command does: every number is the same to the last bit.',
    whyPlain:
      'This browser rounds products and sums apart, as the command does with --backend base.',
  },

  picture: {
    sees: 'The network sees',
    seesLabel: 'The picture as the network sees it, 28 by 28 pixels',
    test: (i: number) => `test image ${i}`,
    drawn: 'your drawing',
    draw: 'Draw a digit here',
    drawLabel:
      'Drawing pad. Mouse, touch or pen; or keys: arrows move the pen, Space lowers and lifts it, Delete clears',
    clear: 'Clear',
    previous: 'Previous test image',
    next: 'Next test image',
    any: 'Any',
    anyLabel: 'Any test image',
    misread: 'Misread',
    misreadLabel: 'Misread: the next test image that the network reads wrong',
    noMisread: 'It misreads none of the 2,000.',
    says: 'It says',
    true: 'True digit',
    weights: (own: boolean) =>
      own ? 'Weights: from your training' : 'Weights: lab.net, trained on 10,000 images',
    reset: 'Back to lab.net',
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
    hint:
      'A step shows the network a few images (a batch), and moves every weight a little against ' +
      'its gradient (how far: the rate). An epoch is one pass over all 10,000 images.',
    state: (step: number, epoch: number) => `step ${step.toLocaleString('en')} · epoch ${epoch}`,
    perSecond: (n: number) => `${n.toLocaleString('en')} images/s`,
    lossNow: (text: string) => `loss ${text}`,
    rightNow: (text: string) => `${text} of 2,000 right`,
    command: 'The command that writes the same file, byte for byte:',
    partial: 'At the end of an epoch the saved file is the command’s, byte for byte.',
    starting: 'Starting …',
    over: 'The run is at its end.',
    pale: 'Pale: runs before.',
    apply: 'Press New weights to use these.',
  },

  check: {
    title: 'Check the gradients',
  },

  break: {
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
  },

  tour: {
    title: 'Tour',
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
      ['l, t, b', 'look, train, break'],
      ['r, s', 'train: run or pause, one step'],
    ],
    licenses: 'The page contains Preact, its signals and uPlot (all MIT).',
  },
};
