// Added to the lists: what a material's mark is, what photos show, and names of columns in a history.
export default {
  record: { bulkDone: '{n} changed', bulkUndo: 'Take back the last {n}', bulkUndone: '{n} changed back', bulkUndoneSome: '{n} changed back; those changed since were left' },
  stock: { lowAt: 'Fetch more at {n}' },
  activity: { alreadyDone: 'This one has ended; press Ctrl D to go on with it' },
  inspect: { photosNow: 'Photos of this inspection', photosUp: 'Photos of what was put up' },
  column: { place: 'Place', venue_id: 'Venue', host_unit_id: 'Host', officer_ids: 'Officers', topic_tags: 'Topics', audience_roles: 'Audience', elder_heads: 'Over 60', consult_quick: 'Quick advice', app_installs: 'Apps installed', hours_x10: 'Hours (tenths)', photo_ids: 'Photos',
    community: 'Community', address: 'Address', contact_name: 'Contact', contact_phone: 'Telephone', licence_no: 'Licence', seats: 'Seats', material_id: 'Material', spot: 'Spot', from_on: 'From', to_on: 'Until', led_runs_per_day: 'Runs a day', shown_phone: 'Number shown', due_from: 'From', due_to: 'Until', period_code: 'Period', plan_id: 'Plan', closed: 'Closed', on: 'Day', body: 'Text', effective_on: 'In force', revised_on: 'Revised', year: 'Year' },
}
