/**
 * `npm test -- mutation`: changes the arithmetic of uptime and presence, one operator at a time. Each change has to make
 * a unit test fail. What is left below 100 changes nothing: a span without length is added, or a place is looked at twice.
 */
export default {
  mutate: [
    'src/shared/uptime/uptime.ts',
    'src/shared/uptime/uptimeHistory.ts',
    'src/shared/uptime/uptimeFigures.ts',
    'src/shared/uptime/uptimeCalendar.ts',
    'src/shared/uptime/presence.ts',
    'src/shared/uptime/pauses.ts',
  ],
  mutator: {
    excludedMutations: [
      ...['ArrayDeclaration', 'ArrowFunction', 'BlockStatement', 'BooleanLiteral', 'ConditionalExpression'],
      ...['LogicalOperator', 'MethodExpression', 'ObjectLiteral', 'OptionalChaining', 'StringLiteral'],
    ],
  },
  testRunner: 'command',
  commandRunner: {
    command:
      'node node_modules/mocha/bin/mocha.js --timeout 60000 --bail --reporter dot "test/shared/uptime/*.test.ts"',
  },
  ignorePatterns: ['/*', '!/src/**', '!/test/**', '!/package.json'],
  // Without progress, the part would seem to hang.
  reporters: ['clear-text', 'progress-append-only'],
  clearTextReporter: { allowColor: false, logTests: false },
  thresholds: { high: 100, low: 95, break: 95 },
  // Milliseconds beyond the usual time, for a loop that has no end.
  timeoutMS: 3000,
  concurrency: 1,
  tempDirName: 'build/stryker',
};
