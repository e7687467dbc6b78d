import type { ConsultationForm } from '../../shared/api.gen'

/** An empty form for an activity. */
export function blank(activity: string): ConsultationForm {
  return {
    id: '', activity_id: activity, source: 'walk_in', occurred_at: 0, fraud_type: '', channels: [], stage: '', at_risk: '', loss: '', paid_at: 0, pay_method: '', age_band: '', gender: '',
    occupation: '', town: '', person_label: '', consent: false, phone: '', payer_tail: '', id_tail: '', relatives_advised: 0, story: '', advice: [], outcome: '', alarm_no: '',
    no_indicator: false, indicators: [], follow_up_on: '', closed: false, steps: [], note: '',
  }
}

/** Whether anything was entered, so that it is worth keeping. */
export function touched(f: ConsultationForm): boolean {
  const empty = blank(f.activity_id)
  // Where somebody comes from is filled in by the kind of activity.
  return (Object.keys(empty) as (keyof ConsultationForm)[]).some((k) => k !== 'source' && JSON.stringify(f[k]) !== JSON.stringify(empty[k]))
}

/** Which case elements are complete, in the order of the form; the last is no must. */
export function elements(f: ConsultationForm): { name: string; ok: boolean; optional?: boolean }[] {
  const amount = f.stage === 'G3' ? !!f.loss : f.stage === 'G1' || f.stage === 'G2' ? !!f.at_risk : !!f.stage
  return [
    { name: 'fraud_type', ok: !!f.fraud_type && f.fraud_type !== 'F99' },
    { name: 'channels', ok: f.channels.length > 0 },
    { name: 'stageAmount', ok: amount },
    { name: 'age_band', ok: !!f.age_band },
    { name: 'indicator', ok: f.indicators.length > 0 || f.no_indicator },
    { name: 'outcome', ok: !!f.outcome },
    { name: 'relatives_advised', ok: f.relatives_advised > 0, optional: true },
  ]
}
