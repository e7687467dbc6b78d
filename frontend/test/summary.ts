import type { Reporter, TestCase } from 'vitest/node'

/** Ends a run with one plain line. */
export default class Summary implements Reporter {
  private passed = 0
  private failed = 0

  onTestCaseResult(test: TestCase): void {
    if (test.result().state === 'passed') this.passed++
    if (test.result().state === 'failed') this.failed++
  }

  onTestRunEnd(): void {
    console.log(`\n${this.passed} passed, ${this.failed} failed`)
  }
}
