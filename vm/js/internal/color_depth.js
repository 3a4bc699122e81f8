// How many colours a terminal is believed to show, judged by environment variables. In bits: 1, 4, 8 or 24.

const BITS_BY_TERM = {
  __proto__: null,
  eterm: 4, cons25: 4, console: 4, cygwin: 4, dtterm: 4, gnome: 4, hurd: 4, jfbterm: 4, konsole: 4, kterm: 4, mlterm: 4,
  mosh: 24, putty: 4, st: 4, 'rxvt-unicode-24bit': 24, terminator: 24, 'xterm-kitty': 24,
};
const ANSI = /ansi|color|linux|direct|^con[0-9]*x[0-9]|^rxvt|^screen|^xterm|^vt100|^vt220/i;

function forced(value) {
  if (value === '' || value === '1' || value === 'true') return 4;
  if (value === '2') return 8;
  return value === '3' ? 24 : 1;
}

function getColorDepth(env = require('internal/process_object').process.env) {
  if (env.FORCE_COLOR !== undefined) return forced(env.FORCE_COLOR);
  if (env.NODE_DISABLE_COLORS || env.NO_COLOR || env.TERM === 'dumb') return 1;
  if (env.TMUX) return 24;
  if (env.CI) return 'GITHUB_ACTIONS' in env || 'GITEA_ACTIONS' in env || 'CIRCLECI' in env ? 24 : 1;
  if (env.COLORTERM === 'truecolor' || env.COLORTERM === '24bit') return 24;
  const term = (env.TERM ?? '').toLowerCase();
  if (term.startsWith('xterm-256') || term.endsWith('256color')) return 8;
  if (BITS_BY_TERM[term] !== undefined) return BITS_BY_TERM[term];
  if (ANSI.test(term) || env.COLORTERM) return 4;
  return 1;
}

module.exports = { getColorDepth };
