// The texts of the tour, its questions and its worksheet: a part of words.ts.

const plural = (n: number, one: string, many: string) =>
  `${n.toLocaleString('en')} ${n === 1 ? one : many}`;

export const tour = {
  title: 'Tour',
  about:
    'Ten stops, about 15 minutes: from a drawn 7 to a network that you trained yourself, and broke. ' +
    'Each stop waits until you have done something. Leave when you like: it resumes where you were.',
  take: 'Take the tour',
  start: 'Start the tour',
  resume: (n: number) => `Resume at stop ${n}`,
  again: 'Start again',
  stopList: 'The ten stops',
  stopButton: (n: number, title: string, done: boolean) =>
    `Stop ${n}: ${title}${done ? ', done' : ''}`,
  of: (n: number, of: number) => `Stop ${n} of ${of}`,
  next: 'Next stop',
  finish: 'What was learned',
  skip: 'Skip',
  before: 'Stop before',
  leave: 'Close',
  leaveLabel: 'Close: the tour stays where it is',
  keys: 'g leads back to this box.',

  stops: {
    draw: {
      title: 'Draw a 7',
      act:
        'The black square at the left is a pad. Draw a 7 on it with a mouse, a finger or a pen. By keys: ' +
        'd, then Space lowers the pen and arrows move it. The network answers while you draw; ' +
        'Clear begins again.',
      seen: 'It says 7. It did not see a stroke: it got 28 × 28 numbers, the gray of each pixel.',
      learned: 'A picture is numbers to a network: 28 × 28 of them.',
    },
    point: {
      title: 'Point at a sum',
      act: (layer: string) =>
        `${layer} moves small tables of numbers, its kernels, over the picture. Each kernel makes one map, a ` +
        `channel. Point at a cell in a map of ${layer}, or touch it, and stay there for a moment.`,
      seen: (terms: number) =>
        `The right side shows how it was made: ${plural(terms, 'product', 'products')} of a number under the ` +
        'kernel and a weight of the kernel, added to a bias, which is one number per kernel.',
      learned: 'A convolution multiplies what is under a kernel by its weights and adds up.',
    },
    winner: {
      title: 'Find the winner',
      act: (pool: string, before: string) =>
        `${pool} looks at small windows of ${before} and passes only the largest number on. One such window is ` +
        `framed in ${before}. Click the winner: in the list at the right, or in the map.`,
      seen: (value: string) =>
        `${value} won. The next layer sees nothing else of this window. Its place is kept, for the backward pass.`,
      learned: 'A max pool keeps the largest number of each window, and its place.',
    },
    scores: {
      title: 'Read the ten scores',
      act: (layer: string) =>
        `${layer}, the last layer, gives a score to each digit. Click the largest of the scores.`,
      seen: (digit: number, score: string, share: string) =>
        `${digit} has the largest score, ${score}. Softmax makes shares of the scores, which add up to 1: the share ` +
        `of ${digit} is ${share}. So the answer is ${digit}.`,
      learned: 'Ten scores become ten shares that add up to 1; the largest is the answer.',
    },
    truth: {
      title: 'Say what it was',
      act:
        'The network cannot know what was meant. Say it: choose the true digit below the answer, ' +
        'or press its key.',
      seen: (digit: number, loss: string) =>
        `For a true ${digit} the loss is ${loss}. The loss is one number that says how wrong the network is: near 0 ` +
        'if it is sure and right, large if it is sure and wrong. Training makes it smaller.',
      learned: 'The loss says in one number how wrong the answer is.',
    },
    turn: {
      title: 'Turn around',
      act: (truth: number, answer: number) =>
        `This is a ${truth}, and the network says ${answer}. What should change? The backward pass finds out, ` +
        'from the loss back to the pixels. Take its first step: press →, or ▶ below.',
      plain:
        'How does the loss answer to each number? The backward pass finds out, from the loss back to the pixels. ' +
        'Take its first step: press →, or ▶ below.',
      seen: (truth: number, value: string) =>
        `p − y: each share, less 1 for the true digit. For ${truth} it is ${value}. This is a gradient: how the loss ` +
        'answers if that score grows. Below 0: the loss falls.',
      learned: 'The gradient of each score is p − y: the share, less 1 for the true digit.',
    },
    follow: {
      title: 'Follow it to a pixel',
      act: (last: string) =>
        'p − y passes back through all layers, to every pixel. Press End, or the last number below: purple pixels ' +
        'raise the loss, green ones lower it. Then go the way of one pixel: press f, or Follow the largest, until ' +
        `you are at ${last}.`,
      seen: (way: string) =>
        `${way}. Each arrow is a sum like that of a forward layer. There is no more to backpropagation.`,
      learned: 'Backpropagation is sums again: from p − y, layer by layer, to weights and pixels.',
    },
    nudge: {
      title: 'Nudge a weight',
      act:
        'Is a gradient right? Make a weight a little larger and a little smaller, and see what the loss ' +
        'does. Open Check (c), and move the slider of h, the size of the nudge.',
      seen:
        'The difference of the two losses, over 2 h, is the slope as measured. It agrees with the gradient that the ' +
        'backward pass computed. So gradients can be checked without trust.',
      learned: 'A gradient can be measured: nudge the number, and compare the losses.',
    },
    train: {
      title: 'Train it',
      act:
        'Open Train (t). Press New weights: now all weights are random, and one digit in ten is right, by chance. Press ' +
        'Run. Each step takes a few images (a batch) and moves every weight a little against its gradient. Wait ' +
        'until 95 % are right.',
      seen: (steps: number, right: string) =>
        `${right} of images that it never trained on, after ${plural(steps, 'step', 'steps')}. These weights are yours: ` +
        'draw another digit.',
      learned: 'Training is small steps against the gradient, batch after batch.',
    },
    break: {
      title: 'Break it, and guess',
      act:
        'Open Break (b). Choose a mistake: one line of the C code, changed. Guess first: will the curve show it? Will ' +
        'the gradient check? Then run both.',
      seen:
        'Many wrong backward passes still learn; then only the gradient check sees it. That is why every gradient ' +
        'here is checked.',
      learned: 'A wrong gradient often still learns: check gradients, do not trust curves.',
    },
  },
  opened: 'You opened it. Look around.',
  end: 'The tour is at its end. What it showed:',
  toQuestions: 'Twelve questions',

  sheetTitle: 'A worksheet',
  questionList: 'Twelve questions',
  questionAbout:
    'Made from the image at hand and answered by the C code. Two tries each. Gradients are large, and ' +
    'questions at their best, where the network is wrong: press Misread at the left.',
  question: (n: number, title: string) => `Question ${n}: ${title}`,
  questionButton: (n: number, title: string, mark: string) => `Question ${n}: ${title} ${mark}`,
  mark: { none: '', right: '✓', second: '✓ second try', shown: 'shown' },
  score: (right: number, of: number) => `${right} of ${of} right`,
  right: 'Right.',
  again2: 'Not this one. One more try.',
  was: (text: string) => `It is ${text}.`,
  see: 'See it in the page',
  another: 'Another like it',
  nextQuestion: 'Next question',
  choices: 'Answers',
  makesNone: 'This image or network has no place for this question. Try another image.',
  making: 'One moment …',

  titles: {
    shape: 'Shapes',
    'largest-term': 'The weight that counts most',
    padding: 'Padding',
    'p-minus-y': 'p − y',
    'pool-gradient': 'The gradient at a pool',
    'pool-ties': 'A tie in a pool',
    'relu-gate': 'A gate',
    'bias-sum': 'The gradient of a bias',
    'weight-up': 'A weight goes up',
    'pixel-class': 'A brighter pixel',
    'batch-divisor': 'The divisor of a batch',
    'sgd-step': 'A step of training',
  },
  questions: {
    shape: {
      ask: (name: string, text: string, before: string, shape: string) =>
        `${name} is “${text}”. ${before}, before it, is ${shape} (height × width × channels). What is the shape of ${name}?`,
      hint: {
        conv2d:
          'Each kernel makes one channel. With a pad around it, height and width can stay as they are.',
        maxpool2d: 'Each window of a channel becomes one number; the channels stay apart.',
        flatten: 'All numbers become one list.',
        dense: 'Each output is one number.',
        other: 'What becomes of height, width and channels?',
      } as Record<string, string>,
      because: (name: string, shape: string, count: number) =>
        `${name} is ${shape}: ${plural(count, 'number', 'numbers')}.`,
    },
    largest: {
      ask: (place: string, value: string, terms: number) =>
        `${value} (${place}) is a sum of ${terms} products, number × weight. Which of these adds the most to it, up or down?`,
      hint: 'Neither the largest number nor the largest weight decides, but their product.',
      because: (x: string, y: string, share: string) =>
        `${x} × ${y} adds ${share}. A large weight does nothing where its input is near 0.`,
    },
    padding: {
      ask: (place: string, terms: number) =>
        `The kernel at ${place} covers ${plural(terms, 'place', 'places')}. How many of them lie outside the picture, in the padding?`,
      hint: 'Draw 3 × 3 squares with the middle one on that pixel. Which are outside?',
      because: (out: number, terms: number) =>
        `${out} of ${terms} lie outside. They count as 0, so that the map stays as large as the picture.`,
    },
    pMinusY: {
      ask: (digit: number, share: string) =>
        `The true digit is ${digit}, and the network gives it the share p = ${share}. What is p − y, the gradient of its score?`,
      hint: 'y is 1 for the true digit and 0 for all others.',
      because: (share: string, value: string) =>
        `${share} − 1 = ${value}. It is below 0: a larger score for the true digit lowers the loss.`,
    },
    pool: {
      ask: (place: string, before: string, gradient: string) =>
        `Backward, the gradient ${gradient} arrives at ${place}. Which of the four numbers of ${before} in its window gets it? Click it in the map or here.`,
      hint: 'Which of the four decided what the pool said?',
      because: (value: string, gradient: string) =>
        `${value} was the largest, so it alone made the pool’s number and gets all of ${gradient}. The others could change a little, and nothing would follow: they get 0.`,
    },
    ties: {
      ask: (place: string, before: string, gradient: string) =>
        `All four numbers of ${before} in the window of ${place} are equal. Which one gets the gradient ${gradient}?`,
      shared: 'all, a quarter each',
      hint: 'The C code keeps a number only if it is larger than the best so far.',
      because:
        'The first in reading order wins a tie. Each choice would be as good, but it must always be the same, so that two runs give the same bytes.',
    },
    gate: {
      ask: (relu: string, before: string) =>
        `A gradient arrives at each of four places of ${relu}. These are the numbers of ${before} there. Which place lets its gradient pass back?`,
      hint: 'ReLU made every number that was not above 0 to 0.',
      because: (x: string) =>
        `${x} is above 0, so ReLU passed it on unchanged, and passes its gradient back unchanged. Where it gave 0, a small change would do nothing: gradient 0.`,
    },
    bias: {
      ask: (layer: string, k: number) =>
        `The gradient of the bias of kernel ${k} in ${layer} is a sum. How many terms does it have?`,
      hint: 'Count the places where this one bias was added.',
      because: (n: number, layer: string, value: string) =>
        `The bias was added at all ${plural(n, 'place', 'places')} of its map, so the gradients of all of them in ${layer}.grad are added: ${value}.`,
    },
    weightUp: {
      ask: (place: string, value: string, gradient: string, h: number) =>
        `${place} is ${value}, and its gradient is ${gradient}. It goes up by ${h}. What does the loss do?`,
      rises: 'it rises',
      falls: 'it falls',
      stays: 'it stays',
      hint: 'The gradient is the slope of the loss: look at its sign.',
      because: (before: string, after: string) =>
        `The C code tried it: the loss went from ${before} to ${after}. A gradient below 0 means that the loss falls as the weight grows.`,
    },
    pixel: {
      ask: (place: string) =>
        `The pixel at ${place} gets a little brighter. For which digit does that speak most? (To find out, say that it is the true digit, by its key, and look at the gradient of the pixel.)`,
      hint: 'Say each of the digits as the true one: for which is the gradient furthest below 0?',
      row: (k: number, before: string, after: string) => `if true ${k}: ${before} to ${after}`,
      because: (rows: string) => `The C code tried it. The loss goes, ${rows}.`,
    },
    batch: {
      ask: (place: string, value: string, n: number) =>
        `${place} is ${value} for this image alone. Now a batch has this image ${n} times. What is the number in its first image then?`,
      hint: 'The loss of a batch is the mean over its images.',
      because: (n: number, value: string) =>
        `It is divided by ${n}: ${value}. The loss is a mean, so each image has one part in ${n}.`,
    },
    step: {
      ask: (place: string, value: string, gradient: string, rate: number) =>
        `${place} is ${value}, its gradient ${gradient}. After one step of plain gradient descent with rate ${rate}, what is the weight?`,
      hint: 'The step is rate × gradient, and goes against the gradient.',
      because: (after: string) =>
        `weight − rate × gradient = ${after}. The C code took this step, on a copy of the network.`,
    },
  },

  sheet: {
    button: 'Print worksheet',
    about:
      'Two pages to work on by hand, about the image at hand, and a page of solutions, with the numbers of this moment.',
    title: 'A convolutional network by hand',
    name: 'Name',
    picture: (image: string) =>
      `1. The picture (${image}). Each number is the gray of a pixel, from 0 (black, left empty) to 255 (white). ` +
      'Shade the large ones. Which digit is it?',
    digit: 'The digit',
    frame: 'The frame is the window of task 2.',
    conv: (layer: string, channel: number) =>
      `2. A convolution. This is the framed window, as the network gets it (each pixel less the mean, over the deviation), and kernel ${channel} of ${layer}. ` +
      'Multiply the numbers that lie at the same place, add the products and the bias.',
    window: 'window',
    kernel: 'kernel',
    products: 'products',
    bias: 'bias',
    result: (layer: string) => `sum of the products + bias = one number of ${layer}`,
    pool: (conv: string, relu: string, pool: string) =>
      `3. ReLU and pool. These are four neighbors in ${conv}; one is your result. ${relu} makes 0 of what is below 0. ` +
      `${pool} keeps the largest.`,
    yours: 'yours',
    largest: 'the largest',
    back: (gradient: string, pool: string) =>
      `4. The backward pass. The gradient ${gradient} arrives at this number of ${pool}. What arrives at each of the four, ` +
      'after the pool, and after the ReLU?',
    share:
      '5. The loss. The network gives these shares p. y is 1 for the true digit and 0 for the others. Fill in y and p − y. ' +
      'For which digits should the score fall?',
    step: (where: string, w: string, g: string, rate: number) =>
      `6. A step of training. The weight ${where} is ${w}, its gradient is ${g}, the rate is ${rate}. ` +
      'New weight = weight − rate × gradient.',
    stepResult: 'new weight',
    shapes:
      '7. Shapes. Height × width × channels of each layer’s output, and how many weights and biases it has.',
    layer: 'layer',
    shape: 'shape',
    parameters: 'weights and biases',
    solutions: 'Solutions',
    rounded:
      'The numbers on the sheet are rounded; the solutions are the network’s own. A last digit may differ.',
    digitIs: (truth: number, answer: number) => `It is a ${truth}; the network says ${answer}.`,
    sumIs: (products: string, result: string) => `Products ${products}; with the bias ${result}.`,
    fall: (digits: string) => `The scores of ${digits} should fall.`,
    command: 'To see a number with its sum:',
  },
};
