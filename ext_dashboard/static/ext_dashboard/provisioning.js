// SPDX-License-Identifier: Apache-2.0
//
// The tab Provisioning of a cluster. Whatever an API says becomes text of a
// node, never markup.

(function () {
  'use strict';

  const ext = window.extDashboard;

  function setBar(bar, percentage, text) {
    ext.setAttribute(bar, 'aria-valuenow', Math.round(percentage));
    ext.setAttribute(bar, 'aria-valuetext', text);
  }

  function fillStep(element, step) {
    const part = ext.parts(element);
    element.dataset.state = step.state;
    ext.setText(part.name, step.name);
    ext.setText(part.type, step.type);
    ext.setText(part.state, step.state_text);
    ['counts', 'rate', 'elapsed', 'left'].forEach(function (name) {
      ext.setText(part[name], step[name]);
      part[name].hidden = !step[name];
    });
    ext.setAttribute(part.bar, 'aria-label', step.name);
    setBar(part.bar, step.completed, step.counts || step.state_text);
    part.completed.style.inlineSize = step.completed + '%';
    part.failed.style.inlineSize = step.failed + '%';
  }

  function fillFailure(element, failure) {
    const part = ext.parts(element);
    ext.setText(part.instance, failure.instance);
    if (failure.instance_address) {
      part.instance.href = failure.instance_address;
    }
    ext.setTime(part.time, failure.time);
    ext.setText(part.reason, failure.reason);
    ext.setText(part['error-id'], failure.error_id);
    part.error.hidden = !failure.error_id;
    ext.setText(part.traceback, failure.details);
    part.details.hidden = !failure.details;
  }

  // The failed instances of one step at a time, page by page.
  function Failures(root, part) {
    const self = this;
    this.part = part;
    this.format = new Intl.NumberFormat(root.lang, {useGrouping: false});
    this.steps = [];
    this.isChosen = false;
    this.shown = null;
    this.begin = [];
    this.reader = new ext.Reader(part.failures, function (body) {
      self.show(body);
      return false;
    }, function (error, isLost) {
      ext.setMessage(part['failures-message'],
        ext.message(root, error, isLost));
    });
    part.filter.addEventListener('change', function () {
      self.isChosen = true;
      self.open(part.filter.value);
    });
    part.previous.addEventListener('click', function () {
      self.turn(-1);
    });
    part.next.addEventListener('click', function () {
      self.turn(1);
    });
  }

  // Show the failures of steps, as far as they are new.
  Failures.prototype.update = function (steps) {
    const part = this.part;
    this.steps = steps.filter(function (step) {
      return step.failures > 0 && step.address;
    });
    part.failures.hidden = !this.steps.length;
    this.fillFilter();
    const step = this.isChosen && this.step() || this.steps.slice(-1)[0];
    if (!step) {
      return;
    }
    if (part.filter.value !== step.id || !this.shown) {
      part.filter.value = step.id;
      this.open(step.id);
    } else if (this.shown.total !== step.failures && !this.shown.isFull) {
      this.read();
    } else {
      this.setRange();
    }
  };

  Failures.prototype.fillFilter = function () {
    const filter = this.part.filter;
    const template = {content: document.createDocumentFragment()};
    template.content.appendChild(document.createElement('option'));
    ext.setItems(filter, this.steps, template, function (option, step) {
      ext.setText(option, step.name + ' (' + step.type + ', ' +
        step.counts + ')');
      option.value = step.id;
    });
  };

  Failures.prototype.step = function () {
    const id = this.part.filter.value;
    return this.steps.find(function (step) {
      return step.id === id;
    });
  };

  Failures.prototype.open = function () {
    // The markers of the pages before this one.
    this.begin = [''];
    this.read();
  };

  Failures.prototype.turn = function (direction) {
    if (direction < 0) {
      this.begin.pop();
    } else {
      this.begin.push(this.shown.next);
    }
    this.read();
    // The button may be disabled in a moment.
    this.part['failure-list'].focus({preventScroll: true});
  };

  Failures.prototype.read = function () {
    const marker = this.begin[this.begin.length - 1];
    this.reader.start(this.step().address +
      (marker ? '?marker=' + encodeURIComponent(marker) : ''));
  };

  Failures.prototype.show = function (body) {
    const part = this.part;
    const step = this.step();
    ext.setMessage(part['failures-message'], '');
    ext.setItems(part['failure-list'], body.failures,
      part['failure-template'], fillFailure);
    this.shown = {
      total: step ? step.failures : 0,
      next: body.next,
      isFull: body.next !== null,
      first: (this.begin.length - 1) * body.limit + 1,
      count: body.failures.length
    };
    this.setRange();
  };

  Failures.prototype.setRange = function () {
    const part = this.part;
    const shown = this.shown;
    const step = this.step();
    if (!shown || !step) {
      return;
    }
    const last = shown.first + shown.count - 1;
    ext.setText(part.range, part.failures.dataset.range
      .replace('{first}', this.format.format(shown.first))
      .replace('{last}', this.format.format(last))
      .replace('{total}', this.format.format(Math.max(last, step.failures))));
    part.range.hidden = !shown.count;
    part.pages.hidden = shown.next === null && this.begin.length < 2;
    part.previous.disabled = this.begin.length < 2;
    part.next.disabled = shown.next === null;
  };

  function start(root) {
    const part = ext.parts(root);

    const failures = new Failures(root, part);

    function show(progress) {
      part.loading.hidden = true;
      part.content.hidden = false;
      ext.setMessage(part.message, '');
      root.dataset.failed = progress.has_failed;
      ext.setText(part.percentage, progress.percentage_text);
      ext.setText(part.status, progress.status);
      ext.setTime(part['as-of'], progress.as_of);
      ext.setMessage(part.description, progress.description);
      setBar(part.bar, progress.percentage, progress.percentage_text);
      part.completed.style.inlineSize = progress.percentage + '%';
      ext.setItems(part['step-list'], progress.steps, part['step-template'],
        fillStep);
      failures.update(progress.steps);
      ext.setText(part.summary, progress.summary);
      return !progress.has_ended;
    }

    const reader = new ext.Reader(root, show, function (error, isLost, times) {
      // One lost answer is no news, unless it is the first one.
      if (!isLost || times > 1 || part.content.hidden) {
        part.loading.hidden = true;
        ext.setMessage(part.message, ext.message(root, error, isLost));
      }
    });
    part.refresh.addEventListener('click', function () {
      reader.start(root.dataset.address);
    });
    reader.start(root.dataset.address);
  }

  ext.onLoad('provisioning', start);
}());
