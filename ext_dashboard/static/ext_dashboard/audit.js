// SPDX-License-Identifier: Apache-2.0
//
// What was done to all servers. Whatever an API says becomes text of a node,
// never markup.

(function () {
  'use strict';

  const ext = window.extDashboard;

  function start(root) {
    function fill(element, action) {
      const events = ext.eventsOf(root, element);
      const part = events.part;
      element.dataset.state = action.state;
      ext.setText(part.name, action.name);
      ext.setTime(part.time, action.time);
      ext.setText(part.duration, action.duration);
      ext.setText(part.result, action.result);
      ext.setText(part.server, action.server);
      if (action.history) {
        part.server.href = action.history;
      }
      ext.setText(part['server-id'], action.server_id);
      ext.setOptional(part, 'user', action.user_id);
      ext.setOptional(part, 'project', action.project_id);
      ext.setOptional(part, 'request', action.request_id);
      events.setAction(action.name, action.address);
    }

    const form = ext.parts(root).filters;
    const listing = new ext.Listing(root, fill, function () {
      return ext.fields(form);
    }, function () {
      return true;
    });
    listing.searchBy(form);
    listing.open();
  }

  ext.onLoad('audit', start);
}());
