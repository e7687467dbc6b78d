/**
 * A form as it was shown when it was opened or last saved. It is sent along as `saw`, so
 * that a save writes what was changed in the form, and what came from another
 * computer meanwhile stands.
 */
export function seen<F extends object>(form: F): Omit<F, 'saw'> {
  const { saw: _, ...rest } = JSON.parse(JSON.stringify(form)) as F & { saw?: unknown }
  return rest as Omit<F, 'saw'>
}
