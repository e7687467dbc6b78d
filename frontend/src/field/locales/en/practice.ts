export default {
  practice: { title: 'Practice', try: 'Practise first', start: 'Start practice', end: 'End practice', tour: 'Tour in six steps', bar: 'PRACTICE', what: 'Sample data, never sent, cleared when you end it.' },
  tour: {
    step: 'Step {n} of {of}', back: 'Back', next: 'Next', done: 'Start',
    1: { title: 'On the spot, open an activity', text: 'N chooses kind and place. Digits count leaflets; each tap is stored at once.' },
    2: { title: 'Somebody asks: press C', text: 'Type the nickname of the fraud, digits for the rest. Paste numbers and sites: they are recognised, and you see at once when one is known.' },
    3: { title: 'At a meeting, paste the roster', text: 'Copy it from Excel and sign people in by pinyin initials. Add on the spot who is not listed.' },
    4: { title: 'Leads join by themselves', text: 'Where a number, site or app was named before stands on one page.' },
    5: { title: 'It is sent when there is a network', text: 'Without one you record all the same. Only “received” means the county has it; unplug at any moment.' },
    6: { title: 'Two keys to remember', text: '? shows all keys, Ctrl K searches everything. In bright sun, change the theme.' },
  },
}
