# SPDX-License-Identifier: Apache-2.0
"""What all pages of this plugin need; it comes before their files."""

FEATURE = 'ext_dashboard'
# Horizon imports each as a module; Django finds the configuration in it.
ADD_INSTALLED_APPS = ['ext_dashboard']
ADD_JS_FILES = ['ext_dashboard/reader.js', 'ext_dashboard/listing.js']
ADD_SCSS_FILES = ['ext_dashboard/listing.scss']
