# SPDX-License-Identifier: Apache-2.0
"""The parts that all pages of this plugin need; it precedes their files."""

FEATURE = 'ext_dashboard'
# Horizon imports each as a module; Django finds the configuration in it.
ADD_INSTALLED_APPS = ['ext_dashboard']
ADD_JS_FILES = [
    'ext_dashboard/reader.js',
    'ext_dashboard/listing.js',
    'ext_dashboard/events.js',
]
ADD_SCSS_FILES = ['ext_dashboard/listing.scss']
