// SPDX-License-Identifier: Apache-2.0
//
// A list that is read page by page, of the newest first.

(function () {
  'use strict';

  const ext = window.extDashboard;

  function addressOf(root, query) {
    const address = new URL(root.dataset.address, window.location.href);
    Object.keys(query).forEach(function (name) {
      if (query[name]) {
        address.searchParams.set(name, query[name]);
      }
    });
    return address.href;
  }

  // Return what a user reads of an error.
  function message(root, error, isLost) {
    if (isLost) {
      return root.dataset.unreachable;
    }
    if (error.status === 401) {
      return root.dataset.session;
    }
    if (error.status === 404) {
      return root.dataset.missing;
    }
    return error.message || root.dataset.refused;
  }

  // root: has data-address, and texts in data-unreachable, data-session,
  //       data-missing and data-refused
  // fill(element, item): puts an item into a copy of the template
  // filters(): parameters, beside those of a page
  // isOver(body): whether the items are not going to change
  function Listing(root, fill, filters, isOver) {
    const self = this;
    const part = ext.parts(root);
    this.root = root;
    this.part = part;
    this.fill = fill;
    this.filters = filters;
    this.begin = [{}];
    this.next = null;
    this.reader = new ext.Reader(root, function (body) {
      self.show(body);
      return !isOver(body);
    }, function (error, isLost) {
      part.loading.hidden = true;
      ext.setMessage(part.message, message(root, error, isLost));
      if (!isLost) {
        // What is there is no answer to what was asked.
        part.content.hidden = true;
      }
    });
    part.refresh.addEventListener('click', function () {
      self.read();
    });
    part.previous.addEventListener('click', function () {
      self.begin.pop();
      self.turn();
    });
    part.next.addEventListener('click', function () {
      self.begin.push(self.next);
      self.turn();
    });
  }

  // Read from the first page on.
  Listing.prototype.open = function () {
    this.begin = [{}];
    this.read();
  };

  Listing.prototype.read = function () {
    const last = this.begin[this.begin.length - 1];
    this.reader.start(
      addressOf(this.root, Object.assign({}, this.filters(), last)));
  };

  Listing.prototype.turn = function () {
    this.read();
    // The button may be disabled in a moment.
    this.part.list.focus({preventScroll: true});
  };

  Listing.prototype.show = function (body) {
    const part = this.part;
    part.loading.hidden = true;
    part.content.hidden = false;
    ext.setMessage(part.message, '');
    ext.setItems(part.list, body.items, part.template, this.fill);
    part.empty.hidden = body.items.length > 0;
    part.filled.hidden = !body.items.length;
    this.next = body.next;
    part.pages.hidden = !body.next && this.begin.length < 2;
    part.previous.disabled = this.begin.length < 2;
    part.next.disabled = !body.next;
    ext.setText(part.page, this.root.dataset.page.replace(
      '{page}', new Intl.NumberFormat(this.root.lang).format(
        this.begin.length)));
  };

  // Read anew when a form is submitted, or emptied.
  Listing.prototype.searchBy = function (form) {
    const self = this;
    form.addEventListener('submit', function (event) {
      event.preventDefault();
      self.open();
    });
    form.addEventListener('reset', function () {
      // The fields are empty once the event is over.
      window.setTimeout(function () {
        self.open();
      });
    });
  };

  // Return what is in the fields of a form, by their names.
  function fields(form) {
    const found = {};
    new window.FormData(form).forEach(function (value, name) {
      found[name] = value.trim();
    });
    return found;
  }

  ext.Listing = Listing;
  ext.fields = fields;
  ext.message = message;
}());
