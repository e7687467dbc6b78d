// Two counts by hand of one thing.
export default {
  day: { kind: { twice: '点了两次' }, count: { twice: '有 {n} 个数，只算最后一个，请选一个' }, takeOther: '改用 {n}', keepThis: '就用 {n}' },
}
