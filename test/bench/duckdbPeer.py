"""
Answers the questions of the benchmark of statistics with DuckDB over Parquet, and prints their times as JSON.

    python duckdbPeer.py stations.db FOLDER PROCEDURE MEASUREMENT SINCE ROUNDS
"""

import json
import sqlite3
import sys
import time
from pathlib import Path

import duckdb

database, folder, procedure, measurement, since, rounds = sys.argv[1:]
runs, values = Path(folder, "runs.ndjson"), Path(folder, "values.parquet")
rows = sqlite3.connect(f"file:{database}?mode=ro", uri=True).execute(
    """select r.procedure_id, r.created_by_station_id, r.started_at, p.measurements_json
       from runs as r join phases as p on p.run_key = r.key order by r.started_at"""
)
with runs.open("w") as file:
    for procedure_id, station_id, started_at, measurements in rows:
        row = {"procedure": procedure_id, "station": station_id, "started_at": started_at}
        file.write(f'{json.dumps(row)[:-1]}, "measurements": {measurements}}}\n')

peer = duckdb.connect()
peer.execute("set threads = 2")
peer.execute(
    f"""copy (
      select procedure, station, started_at, m ->> 0 as name, m ->> 1 as outcome, (m ->> 7)::double as value
      from (
        select procedure, station, started_at, unnest(measurements) as m
        from read_ndjson('{runs}', columns = {{
          procedure: 'VARCHAR', station: 'VARCHAR', started_at: 'BIGINT', measurements: 'JSON[]'
        }})
      )
    ) to '{values}'"""
)
runs.unlink()

figures = """count(*), avg(value), stddev_samp(value), min(value), max(value), skewness(value), kurtosis(value),
  count(*) filter (outcome = 'FAIL'), approx_quantile(value, [0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99])"""
of_procedure = f"from '{values}' where procedure = '{procedure}' and started_at >= "
day = "started_at // 86400000"
questions = {
    "measurement": lambda start: [
        f"select {figures} {of_procedure} {start} and name = '{measurement}'",
        f"select {day}, {figures} {of_procedure} {start} and name = '{measurement}' group by all",
        f"select station, {figures} {of_procedure} {start} and name = '{measurement}' group by all",
    ],
    "all measurements": lambda start: [f"select name, {figures} {of_procedure} {start} group by all"],
}
found = {"bytes": values.stat().st_size}
for what, statements in questions.items():
    for when, start in (("90 days", since), ("everything", "0")):
        times = []
        for _ in range(int(rounds)):
            begin = time.perf_counter()
            for statement in statements(start):
                peer.execute(statement).fetchall()
            times.append((time.perf_counter() - begin) * 1000)
        found[f"{what}, {when}"] = sorted(times)[len(times) // 2]
print(json.dumps(found))
