export default {
  photo: { add: 'Photo', busy: 'Working…', alt: 'Photo of {at}', one: 'Photo', elsewhere: 'on {device}', caption: 'Caption', people: 'Shows people: not public', remove: 'Take it off', saved: 'Stored here' },
}
