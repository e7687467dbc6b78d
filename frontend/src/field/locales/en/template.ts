export default {
  template: { title: 'Templates', manage: 'Manage templates', here: 'All computers of your unit have these after a sync. A default fills in activities of its kind, on this computer.', none: 'No templates yet. Press “Save as template” in an activity’s details.', isDefault: 'Default', makeDefault: 'Make default', rename: 'Rename', remove: 'Remove', removed: '“{name}” removed', putBack: 'Put “{name}” back', filled: 'Filled in by the default “{name}”' },
}
