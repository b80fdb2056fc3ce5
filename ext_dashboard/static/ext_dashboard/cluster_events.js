// SPDX-License-Identifier: Apache-2.0
//
// The tab Cluster Events of sahara-dashboard: see repairs/cluster_events.py.

(function () {
  'use strict';

  const $ = window.jQuery;
  const log = window.horizon.event_log;

  function escaped(value) {
    if (typeof value === 'string') {
      // Not $, which replace() would take for a part of what it has found.
      return $('<i>').text(value).html()
        .replace(/"/g, '&quot;').replace(/'/g, '&#39;')
        .replace(/\$/g, '&#36;');
    }
    if (Array.isArray(value)) {
      return value.map(escaped);
    }
    if (value && typeof value === 'object') {
      const found = {};
      Object.keys(value).forEach(function (key) {
        found[key] = escaped(value[key]);
      });
      return found;
    }
    return value;
  }

  // What the script has is markup: the table of steps and the dialog.
  function escapeAnswers() {
    const update = log.update_view;
    log.update_view = function (data) {
      log.cached_data = escaped(data);
      update.call(log, log.cached_data);
      // A link without an address is not reached with the keyboard.
      $('.show_events_btn').attr({role: 'button', tabindex: 0});
    };
  }

  function showEvents(event) {
    if (event.type === 'keydown' && event.key !== 'Enter') {
      return;
    }
    log.modal_step_id = $(event.currentTarget).attr('data-step-id');
    log.clear_events();
    log.clear_modal_status();
    log.update_events_rows(log.cached_data);
    if (event.type === 'keydown') {
      $('#events_modal').modal('show');
    }
  }

  // Without sahara-dashboard there is nothing to repair.
  if (log) {
    escapeAnswers();
    $(document).on('click keydown', '.show_events_btn', showEvents);
    window.extDashboard.onLoad('cluster-events', function (element) {
      log.data_update_url = element.dataset.address;
      log.fetch_update_events();
    });
  }
}());
