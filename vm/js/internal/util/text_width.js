// Terminal text: columns of a string, removal of escape sequences, the colour codes. Must not require anything.

// By the grammar of ECMA-48: operating system commands up to their terminator, control sequences (parameters,
// intermediates, final byte), and the short escapes.
const ESCAPE_SEQUENCE =
  // eslint-disable-next-line no-control-regex
  /(?:\x1b\]|\x9d)[^\x07\x1b\x9c]*(?:\x07|\x1b\\|\x9c)|(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]|\x1b[ -/]*[0-Z\\^-~]/g;

// eslint-disable-next-line no-control-regex
const PLAIN = /^[\x20-\x7e]*$/;
// eslint-disable-next-line no-control-regex
const MAY_ESCAPE = /[\x1b\x9b\x9d]/;

function stripEscapes(text) {
  return MAY_ESCAPE.test(text) ? text.replace(ESCAPE_SEQUENCE, '') : text;
}

const WIDE_RANGES = [
  [0x1100, 0x115f], [0x2329, 0x232a], [0x2e80, 0x303e], [0x3041, 0x3247], [0x3250, 0x4dbf], [0x4e00, 0xa4c6],
  [0xa960, 0xa97c], [0xac00, 0xd7a3], [0xf900, 0xfaff], [0xfe10, 0xfe19], [0xfe30, 0xfe6b], [0xff01, 0xff60],
  [0xffe0, 0xffe6], [0x1b000, 0x1b001], [0x1f200, 0x1f251], [0x1f300, 0x1f64f], [0x1f680, 0x1f6ff],
  [0x1f900, 0x1f9ff], [0x1fa70, 0x1faff], [0x20000, 0x3fffd],
];

function isWide(codePoint) {
  if (codePoint < 0x1100) return false;
  for (let i = 0; i < WIDE_RANGES.length; i++) {
    if (codePoint < WIDE_RANGES[i][0]) return false;
    if (codePoint <= WIDE_RANGES[i][1]) return true;
  }
  return false;
}

function isZeroWidth(codePoint) {
  return codePoint <= 0x1f || (codePoint >= 0x7f && codePoint <= 0x9f) || // Control characters.
    (codePoint >= 0x300 && codePoint <= 0x36f) || // Combining marks, four blocks.
    (codePoint >= 0x1ab0 && codePoint <= 0x1aff) || (codePoint >= 0x1dc0 && codePoint <= 0x1dff) ||
    (codePoint >= 0x20d0 && codePoint <= 0x20ff) || (codePoint >= 0xfe20 && codePoint <= 0xfe2f) ||
    (codePoint >= 0x200b && codePoint <= 0x200f) || // Joiners and direction marks.
    (codePoint >= 0xfe00 && codePoint <= 0xfe0f) || (codePoint >= 0xe0100 && codePoint <= 0xe01ef); // Variations.
}

/** Columns that `text` takes in a terminal. */
function stringWidth(text, removeEscapes = true) {
  if (PLAIN.test(text)) return text.length;
  let width = 0;
  const visible = removeEscapes ? stripEscapes(text) : text;
  for (const char of visible.normalize('NFC')) {
    const codePoint = char.codePointAt(0);
    if (isWide(codePoint)) width += 2;
    else if (!isZeroWidth(codePoint)) width += 1;
  }
  return width;
}

/** Select Graphic Rendition codes by name: [on, off]. */
const colors = {
  __proto__: null,
  reset: [0, 0], bold: [1, 22], dim: [2, 22], italic: [3, 23], underline: [4, 24], blink: [5, 25], inverse: [7, 27],
  hidden: [8, 28], strikethrough: [9, 29], doubleunderline: [21, 24],
  black: [30, 39], red: [31, 39], green: [32, 39], yellow: [33, 39], blue: [34, 39], magenta: [35, 39],
  cyan: [36, 39], white: [37, 39],
  bgBlack: [40, 49], bgRed: [41, 49], bgGreen: [42, 49], bgYellow: [43, 49], bgBlue: [44, 49], bgMagenta: [45, 49],
  bgCyan: [46, 49], bgWhite: [47, 49],
  framed: [51, 54], overlined: [53, 55], gray: [90, 39], redBright: [91, 39], greenBright: [92, 39],
  yellowBright: [93, 39], blueBright: [94, 39], magentaBright: [95, 39], cyanBright: [96, 39], whiteBright: [97, 39],
  bgGray: [100, 49], bgRedBright: [101, 49], bgGreenBright: [102, 49], bgYellowBright: [103, 49],
  bgBlueBright: [104, 49], bgMagentaBright: [105, 49], bgCyanBright: [106, 49], bgWhiteBright: [107, 49],
};

// Other spellings of the same codes; hidden from listings, as in Node.
const ALIASES = {
  grey: 'gray', blackBright: 'gray', bgGrey: 'bgGray', bgBlackBright: 'bgGray', faint: 'dim', crossedout: 'strikethrough',
  strikeThrough: 'strikethrough', crossedOut: 'strikethrough', conceal: 'hidden', swapColors: 'inverse',
  swapcolors: 'inverse', doubleUnderline: 'doubleunderline',
};
for (const alias of Object.keys(ALIASES)) {
  Object.defineProperty(colors, alias, {
    get() { return this[ALIASES[alias]]; },
    set(value) { this[ALIASES[alias]] = value; },
    configurable: true,
    enumerable: false,
  });
}

module.exports = { colors, isWide, isZeroWidth, stringWidth, stripEscapes };
