// Two counts by hand of one thing.
export default {
  day: { kind: { twice: 'Counted twice' }, count: { twice: '{n} counts; only the last one counts. Choose one.' }, takeOther: 'Use {n}', keepThis: 'Keep {n}' },
}
