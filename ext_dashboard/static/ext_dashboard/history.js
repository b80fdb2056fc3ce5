// SPDX-License-Identifier: Apache-2.0
//
// The history of a server. Whatever an API says becomes text of a node, never
// markup.

(function () {
  'use strict';

  const ext = window.extDashboard;

  function start(root) {
    function fill(element, entry) {
      const events = ext.eventsOf(root, element);
      const part = events.part;
      element.dataset.state = entry.state;
      element.dataset.kind = entry.kind;
      ext.setText(part.kind, entry.kind_text);
      ext.setText(part.name, entry.name);
      ext.setTime(part.time, entry.time);
      ext.setText(part.duration, entry.duration);
      ext.setText(part.result, entry.result);
      ext.setText(part.hosts, entry.hosts);
      ext.setOptional(part, 'user', entry.user_id);
      ext.setOptional(part, 'request', entry.request_id);
      events.setAction(entry.name, entry.address);
    }

    new ext.Listing(root, fill, function () {
      return {};
    }, function () {
      return true;
    }).open();
  }

  ext.onLoad('history', start);
}());
