/** A suite of Robot Framework with a test that passes. A test case can follow. */
export const robotSuite = `*** Settings ***
Library    TestStations

*** Variables ***
\${PROCEDURE_ID}     FVT1
\${SERIAL_NUMBER}    SN-RF
\${PART_NUMBER}      PCBA01

*** Test Cases ***
Supply
    Measure    supply    3.31    3.2    3.4    V
`;
