export default {
  template: { title: 'Templates', manage: 'Manage templates', here: 'Templates stay on this computer; they are not synced. A default fills in activities of its kind.', none: 'No templates yet. Press “Save as template” in an activity’s details.', isDefault: 'Default', makeDefault: 'Make default', rename: 'Rename', remove: 'Remove', removed: '“{name}” removed', putBack: 'Put “{name}” back', filled: 'Filled in by the default “{name}”' },
}
