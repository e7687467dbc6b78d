import { expect, test } from 'vitest'
import { once } from '../../src/shared/once'
import { seen } from '../../src/shared/seen'

test('a save pressed twice runs once; the next one runs again, also after a refusal', async () => {
  let runs = 0
  let let_go: () => void = () => undefined
  const save = once(async (refuse: boolean) => {
    runs++
    await new Promise<void>((done) => (let_go = done))
    if (refuse) throw new Error('refused')
    return runs
  })
  const first = save(false)
  expect(await save(false)).toBeUndefined()
  let_go()
  expect(await first).toBe(1)
  const refused = save(true)
  let_go()
  await expect(refused).rejects.toThrow('refused')
  const again = save(false)
  let_go()
  expect(await again).toBe(3)
})

test('what a form showed does not follow what is typed into it, and holds no older showing', () => {
  const form = { id: '1', channels: ['H1'], note: '', saw: { id: '0' } }
  const saw = seen(form)
  form.channels.push('H2')
  form.note = 'typed'
  expect(saw).toEqual({ id: '1', channels: ['H1'], note: '' })
})
