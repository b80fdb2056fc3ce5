// SPDX-License-Identifier: Apache-2.0
//
// What the scripts of the pages share: an address that is read again and
// again, and parts of a page that are filled with text.

(function () {
  'use strict';

  // Milliseconds.
  const SHORTEST = 3000;
  const LONGEST = 60000;
  const LONGEST_UNCHANGED = 15000;
  const TIMEOUT = 30000;

  // The parts of an element, by the names in their attribute data-part.
  function parts(element) {
    const found = {};
    element.querySelectorAll('[data-part]').forEach(function (part) {
      found[part.dataset.part] = part;
    });
    return found;
  }

  // A node that does not change is left alone: a screen reader would say it
  // again, and a selection would be lost.
  function setText(node, text) {
    if (node.textContent !== text) {
      node.textContent = text;
    }
  }

  function setAttribute(node, name, value) {
    if (node.getAttribute(name) !== String(value)) {
      node.setAttribute(name, value);
    }
  }

  // A text that is shown while there is one.
  function setMessage(node, text) {
    setText(node, text || '');
    node.hidden = !text;
  }

  function setTime(node, moment) {
    setText(node, moment ? moment.text : '');
    if (moment) {
      setAttribute(node, 'datetime', moment.iso);
    }
  }

  // Make the children of a list those of some items, which have an id: a new
  // one from a template, the others stay as they are.
  function setItems(list, items, template, fill) {
    const known = new Map();
    Array.from(list.children).forEach(function (child) {
      known.set(child.dataset.id, child);
    });
    let place = list.firstElementChild;
    items.forEach(function (item) {
      let child = known.get(item.id);
      if (child) {
        known.delete(item.id);
      } else {
        child = template.content.firstElementChild.cloneNode(true);
        child.dataset.id = item.id;
      }
      if (child === place) {
        place = place.nextElementSibling;
      } else {
        list.insertBefore(child, place);
      }
      fill(child, item);
    });
    known.forEach(function (child) {
      child.remove();
    });
  }

  function request(address) {
    const aborter = new AbortController();
    const timer = window.setTimeout(function () {
      aborter.abort();
    }, TIMEOUT);
    return window.fetch(address, {
      credentials: 'same-origin',
      headers: {'X-Requested-With': 'XMLHttpRequest'},
      signal: aborter.signal
    }).then(function (answer) {
      return answer.json().catch(function () {
        return {};
      }).then(function (body) {
        if (answer.ok) {
          return body;
        }
        const error = new Error(body.error || '');
        error.status = answer.status;
        throw error;
      });
    }).finally(function () {
      window.clearTimeout(timer);
    });
  }

  // Whether asking again may help.
  function isLost(error) {
    return !error.status || error.status === 429 || error.status >= 500;
  }

  // An address that is read until it has been read to its end.
  //
  // element: what shows the answers; while a user does not see it, nothing is
  //          read
  // answered(body): shows an answer, and returns whether to go on
  // failed(error, isLost, times): shows an error; times is how many answers
  //          have been lost in a row
  function Reader(element, answered, failed) {
    const self = this;
    this.element = element;
    this.answered = answered;
    this.failed = failed;
    this.timer = null;
    this.isWaiting = false;
    this.reading = 0;
    this.lost = 0;
    this.last = null;
    this.pause = SHORTEST;
    this.wake = function () {
      self.resume();
    };
    document.addEventListener('visibilitychange', this.wake);
    // A tab of the page that is opened; Bootstrap's event is jQuery's.
    window.jQuery(document).on('shown.bs.tab', this.wake);
  }

  // Read an address from now on, and forget the answer that is under way.
  Reader.prototype.start = function (address) {
    this.address = address;
    this.lost = 0;
    this.pause = SHORTEST;
    this.last = null;
    this.read();
  };

  Reader.prototype.stop = function () {
    window.clearTimeout(this.timer);
    this.reading += 1;
    this.isWaiting = false;
  };

  Reader.prototype.resume = function () {
    if (!this.element.isConnected) {
      this.stop();
      document.removeEventListener('visibilitychange', this.wake);
      window.jQuery(document).off('shown.bs.tab', this.wake);
    } else if (this.isWaiting && this.isSeen()) {
      this.read();
    }
  };

  Reader.prototype.isSeen = function () {
    return !document.hidden && this.element.getClientRects().length > 0;
  };

  Reader.prototype.read = function () {
    const self = this;
    this.stop();
    if (!this.isSeen()) {
      this.isWaiting = true;
      return;
    }
    const reading = this.reading;
    request(this.address).then(function (body) {
      if (reading === self.reading) {
        self.lost = 0;
        self.show(body);
      }
    }, function (error) {
      if (reading === self.reading) {
        self.fail(error);
      }
    });
  };

  Reader.prototype.show = function (body) {
    const text = JSON.stringify(body.version || body);
    this.pause = text === this.last ?
      Math.min(this.pause * 1.5, LONGEST_UNCHANGED) : SHORTEST;
    this.last = text;
    if (this.answered(body)) {
      this.wait(this.pause);
    }
  };

  Reader.prototype.fail = function (error) {
    const lost = isLost(error);
    if (lost) {
      this.lost += 1;
      this.wait(Math.min(SHORTEST * Math.pow(2, this.lost - 1), LONGEST));
    }
    this.failed(error, lost, this.lost);
  };

  Reader.prototype.wait = function (pause) {
    const self = this;
    // Pages that were opened at once are not to ask at once.
    this.timer = window.setTimeout(function () {
      self.read();
    }, pause * (0.8 + 0.4 * Math.random()));
  };

  // Horizon takes a tab for a step of a form: the key Tab in its last field
  // opens the next one, and skips what else there is.
  function keepTabKey(element) {
    element.addEventListener('keydown', function (event) {
      if (event.key === 'Tab') {
        event.stopPropagation();
      }
    });
  }

  // Call start(element) for each element with data-ext=name, now and in each
  // tab that is loaded later.
  function onLoad(name, start) {
    function find(container) {
      const selector = '[data-ext="' + name + '"]:not([data-started])';
      container.querySelectorAll(selector).forEach(function (element) {
        element.setAttribute('data-started', '');
        keepTabKey(element);
        start(element);
      });
    }
    window.horizon.addInitFunction(function () {
      find(document);
    });
    window.horizon.tabs.addTabLoadFunction(function ($tab) {
      find($tab[0]);
    });
  }

  window.extDashboard = {
    Reader: Reader,
    onLoad: onLoad,
    parts: parts,
    setAttribute: setAttribute,
    setItems: setItems,
    setMessage: setMessage,
    setText: setText,
    setTime: setTime
  };
}());
