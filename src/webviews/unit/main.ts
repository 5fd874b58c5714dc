import './unitView.ts';

document.body.append(document.createElement('unit-view'));
