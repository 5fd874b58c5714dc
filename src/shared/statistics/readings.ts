/** What SCPI instruments return for an overload (SCPI-99, volume 1, 7.2.1). */
export const overloadReading = 9.9e37;
