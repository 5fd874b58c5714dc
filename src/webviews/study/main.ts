import './studyView.ts';

document.body.append(document.createElement('study-view'));
