/** The screen on which an activity of a kind is worked. */
export function screenOf(a: { id: string; kind: string }): string {
  switch (a.kind) {
    case 'cafe_meeting':
      return '/meeting/' + a.id
    case 'lecture':
    case 'training':
      return '/lecture/' + a.id
    case 'household':
      return '/household/' + a.id
    case 'placement_round':
      return '/inspect/' + a.id
    case 'desk_shift':
      return '/desk/' + a.id
    case 'counter_day':
      return '/counter/' + a.id
    case 'drill':
      return '/activity/' + a.id
  }
  return '/booth/' + a.id
}
