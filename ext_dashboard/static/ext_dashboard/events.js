// SPDX-License-Identifier: Apache-2.0
//
// The events of an action, which are read once it is unfolded.

(function () {
  'use strict';

  const ext = window.extDashboard;
  // By element, since events that are shown later have parts of the same
  // names.
  const known = new WeakMap();

  function setOptional(part, name, text) {
    ext.setText(part[name], text);
    part[name + '-line'].hidden = !text;
  }

  function fillEvent(element, event) {
    const part = ext.parts(element);
    element.dataset.state = event.state;
    ext.setText(part.name, event.name);
    ext.setTime(part.time, event.time);
    ext.setText(part.duration, event.duration);
    ext.setText(part.result, event.result);
    setOptional(part, 'host', event.host);
    setOptional(part, 'host-id', event.host_id);
    ext.setMessage(part.details, event.details);
    ext.setText(part.traceback, event.traceback);
    part['traceback-line'].hidden = !event.traceback;
  }

  // root: has data-events-of and data-no-events, texts for errors, and the
  //       template of an event
  // part: the parts of the action
  function Events(root, part) {
    const self = this;
    this.root = root;
    this.part = part;
    this.address = null;
    this.reader = new ext.Reader(part.unfold, function (body) {
      self.show(body);
      return false;
    }, function (error, isLost) {
      ext.setMessage(part['events-message'],
        ext.message(root, error, isLost));
    });
    part.unfold.addEventListener('toggle', function () {
      self.read();
    });
  }

  // Set whose events they are; address is null where there are none.
  Events.prototype.setAction = function (name, address) {
    const part = this.part;
    part.unfold.hidden = !address;
    // So that one is told from the other where only they are read out.
    ext.setAttribute(part.summary, 'aria-label',
      this.root.dataset.eventsOf.replace('{action}', function () {
        return name;
      }));
    this.address = address;
    this.read();
  };

  Events.prototype.read = function () {
    if (this.part.unfold.open) {
      this.reader.start(this.address);
    } else {
      this.reader.stop();
    }
  };

  Events.prototype.show = function (body) {
    const part = this.part;
    const isEmpty = !body.items.length;
    ext.setMessage(part['events-message'], body.message ||
      (isEmpty ? this.root.dataset.noEvents : ''));
    ext.setItems(part['event-list'], body.items,
      ext.parts(this.root)['event-template'], fillEvent);
  };

  // The events of the action that an element shows.
  function eventsOf(root, element) {
    if (!known.has(element)) {
      known.set(element, new Events(root, ext.parts(element)));
    }
    return known.get(element);
  }

  ext.eventsOf = eventsOf;
  ext.setOptional = setOptional;
}());
