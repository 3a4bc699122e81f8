// Makes the functions that addons create: `make(id, name)`. Sloppy on purpose, as Node's are: `this` of a plain call is the global object, and
// primitives are boxed. No intrinsic is looked up, so nothing a test patches is seen.
(function (native, forward) {
  return function make(id, name) {
    return {
      [name]: function () {
        switch (arguments.length) {
          case 0: return native(id, this, new.target);
          case 1: return native(id, this, new.target, arguments[0]);
          case 2: return native(id, this, new.target, arguments[0], arguments[1]);
          case 3: return native(id, this, new.target, arguments[0], arguments[1], arguments[2]);
          case 4: return native(id, this, new.target, arguments[0], arguments[1], arguments[2], arguments[3]);
          default: return forward(native, id, this, new.target, arguments);
        }
      },
    }[name];
  };
})
