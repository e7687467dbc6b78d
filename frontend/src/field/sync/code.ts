/** Whether a text is meant as an enrolment code; a host's name may begin with the same letters. */
export function isCode(text: string): boolean {
  const s = text.normalize('NFKC').replace(/\s/g, '')
  return /^fk\d/i.test(s) && !/[.:/。]/.test(s)
}
