import type { Consultation } from '../../shared/api.gen'

/** What a shift at the desk has come to so far. */
export interface Shift {
  /** Calls whose elements are complete, as a share with one decimal; "—" without calls. */
  rate: string
  lacking: number
  relatives: number
  /** Calls after which nobody paid, or the payment was stopped. */
  stopped: number
  /** Calls to be returned that are not closed, the earliest first. */
  followUps: Consultation[]
}

export function shiftOf(calls: Consultation[]): Shift {
  const whole = calls.filter((c) => c.elements_ok).length
  return {
    rate: calls.length ? ((100 * whole) / calls.length).toFixed(1) + '%' : '—',
    lacking: calls.length - whole,
    relatives: calls.reduce((n, c) => n + c.relatives_advised, 0),
    stopped: calls.filter((c) => c.outcome === 'K2' || c.outcome === 'K4').length,
    followUps: calls.filter((c) => c.outcome === 'K5' && !c.closed).sort((a, b) => a.follow_up_on.localeCompare(b.follow_up_on)),
  }
}
