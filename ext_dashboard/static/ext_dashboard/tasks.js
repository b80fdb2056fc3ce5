// SPDX-License-Identifier: Apache-2.0
//
// Tasks of a project or of a server. Whatever an API says becomes text of a
// node, never markup.

(function () {
  'use strict';

  const ext = window.extDashboard;

  function fillServer(element, server) {
    const part = ext.parts(element);
    ext.setText(part.server, server.id);
    if (server.address) {
      part.server.href = server.address;
      part.history.href = server.history;
    }
    part.history.hidden = !server.history;
  }

  function start(root) {
    const own = ext.parts(root);
    const form = own.filters;

    function fill(element, task) {
      const part = ext.parts(element);
      element.dataset.state = task.state;
      ['name', 'tag', 'message', 'code'].forEach(function (name) {
        ext.setText(part[name], task[name]);
      });
      ext.setText(part.state, task.state_text);
      ext.setText(part.request, task.request_id);
      ext.setText(part.user, task.user_id);
      ext.setTime(part.time, task.time);
      ext.setTime(part.changed, task.changed);
      ext.setItems(part.servers, task.servers, own['server-template'],
        fillServer);
    }

    function filters() {
      const found = ext.fields(form);
      if (root.dataset.server) {
        found.server = root.dataset.server;
      }
      return found;
    }

    const listing = new ext.Listing(root, fill, filters, function (body) {
      return body.has_ended;
    });
    listing.searchBy(form);
    listing.open();
  }

  ext.onLoad('tasks', start);
}());
