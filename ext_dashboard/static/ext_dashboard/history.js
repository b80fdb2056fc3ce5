// SPDX-License-Identifier: Apache-2.0
//
// The history of a server. Whatever an API says becomes text of a node, never
// markup.

(function () {
  'use strict';

  const ext = window.extDashboard;

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

  // The events of an action, which are read once it is unfolded.
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

  function start(root) {
    // Kept, since events that are shown later have parts of the same names.
    const known = new WeakMap();

    function knownOf(element) {
      if (!known.has(element)) {
        const part = ext.parts(element);
        known.set(element, {part: part, events: new Events(root, part)});
      }
      return known.get(element);
    }

    function fill(element, entry) {
      const part = knownOf(element).part;
      const events = knownOf(element).events;
      element.dataset.state = entry.state;
      element.dataset.kind = entry.kind;
      ext.setText(part.kind, entry.kind_text);
      ext.setText(part.name, entry.name);
      ext.setTime(part.time, entry.time);
      ext.setText(part.duration, entry.duration);
      ext.setText(part.result, entry.result);
      ext.setText(part.hosts, entry.hosts);
      setOptional(part, 'user', entry.user_id);
      setOptional(part, 'request', entry.request_id);
      part.unfold.hidden = !entry.address;
      // So that one is told from the other where only they are read out.
      ext.setAttribute(part.summary, 'aria-label',
        root.dataset.eventsOf.replace('{action}', function () {
          return entry.name;
        }));
      events.address = entry.address;
      events.read();
    }

    new ext.Listing(root, fill, function () {
      return {};
    }, function () {
      return true;
    }).open();
  }

  ext.onLoad('history', start);
}());
