import './runReport.ts';

document.body.append(document.createElement('run-report'));
