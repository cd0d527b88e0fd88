"""A Slurm cluster of one node here, in a folder of its own: munged, slurmctld and slurmd, started
and stopped by hand.
"""

import os
import shutil
import socket
import subprocess
import time
from pathlib import Path

PROGRAMS = ("munged", "slurmctld", "slurmd", "sbatch", "srun", "squeue", "sinfo", "scancel")
NODE_CPUS, NODE_MEMORY_MB = 2, 6000

# No accounting and no cgroups: neither a database nor systemd is at hand. Times are short since
# nobody else waits.
CONFIG = """ClusterName=runform
SlurmctldHost={host}(127.0.0.1)
SlurmctldPort={controller_port}
SlurmdPort={node_port}
SlurmUser=root
AuthType=auth/munge
AuthInfo=socket={folder}/munge/socket
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/slurmd.pid
SlurmctldLogFile={folder}/slurmctld.log
SlurmdLogFile={folder}/slurmd.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
AccountingStorageType=accounting_storage/none
JobAcctGatherType=jobacct_gather/none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU_Memory
SchedulerParameters=sched_min_interval=0,batch_sched_delay=0
MailProg=/bin/true
KillWait=1
MinJobAge=600
ReturnToService=2
NodeName={host} NodeAddr=127.0.0.1 CPUs={cpus} RealMemory={memory_mb} State=UNKNOWN
PartitionName=all Nodes={host} Default=YES MaxTime=INFINITE State=UP
"""


def missing() -> str:
    """Why no cluster can be started here; empty when one can."""
    absent = [name for name in PROGRAMS if shutil.which(name) is None]
    if absent:
        return f"no {', '.join(absent)}: apt-get install slurm-wlm munge"
    return "" if os.geteuid() == 0 else "slurmctld and slurmd need root here"


class Cluster:
    """Use as a context manager; inside, `environment` is what sbatch, squeue and Snakemake need to
    find it.
    """

    def __init__(self, folder: Path):
        self.folder, self.daemons = folder, []
        path = f"{folder}/bin:{os.environ['PATH']}"
        self.environment = os.environ | {"SLURM_CONF": str(folder / "slurm.conf"), "PATH": path}

    def __enter__(self) -> "Cluster":
        for name in ("munge", "state", "spool"):
            (self.folder / name).mkdir(parents=True, mode=0o700 if name != "munge" else 0o755)
        ports = _free_ports(2)
        settings = {
            "host": socket.gethostname().split(".")[0],
            "controller_port": ports[0],
            "node_port": ports[1],
        }
        settings |= {"folder": self.folder, "cpus": NODE_CPUS, "memory_mb": NODE_MEMORY_MB}
        (self.folder / "slurm.conf").write_text(CONFIG.format(**settings))
        self._write_srun()
        try:
            self._start_munge()
            self._start("slurmctld", "-D")
            self._start("slurmd", "-D")
            self._wait_until_idle()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_) -> None:
        """Cancel what runs, then end the daemons in the order opposite to their start."""
        if len(self.daemons) == 3:
            self.call("scancel", "--user=root")
            self._wait_until(lambda: not self.call("squeue", "--noheader"), 30, "its jobs to end")
        for daemon in reversed(self.daemons):
            daemon.terminate()
            try:
                daemon.wait(timeout=20)
            except subprocess.TimeoutExpired:
                daemon.kill()
                daemon.wait()

    def call(self, *command: str) -> str:
        """What a Slurm command prints."""
        return subprocess.run(
            command, env=self.environment, capture_output=True, text=True, check=True
        ).stdout.strip()

    def _write_srun(self) -> None:
        """An srun that finds this cluster: Snakemake's executor takes SLURM_CONF away from the
        steps that it starts.
        """
        srun = self.folder / "bin/srun"
        srun.parent.mkdir()
        srun.write_text(
            f'#!/bin/sh\nSLURM_CONF={self.folder}/slurm.conf exec {shutil.which("srun")} "$@"\n'
        )
        srun.chmod(0o755)

    def _start_munge(self) -> None:
        key = self.folder / "munge/key"
        key.write_bytes(os.urandom(128))
        key.chmod(0o400)
        places = {
            "key-file": "key",
            "socket": "socket",
            "pid-file": "pid",
            "log-file": "log",
            "seed-file": "seed",
        }
        self._start(
            "munged",
            "--foreground",
            "--force",
            *(f"--{name}={self.folder}/munge/{file}" for name, file in places.items()),
        )
        self._wait_until((self.folder / "munge/socket").exists, 10, "munged")

    def _start(self, program: str, *arguments: str) -> None:
        with open(self.folder / f"{program}.out", "wb") as out:
            self.daemons.append(
                subprocess.Popen(
                    [shutil.which(program), *arguments],
                    env=self.environment,
                    stdout=out,
                    stderr=subprocess.STDOUT,
                )
            )

    def _wait_until_idle(self) -> None:
        def idle() -> bool:
            done = subprocess.run(
                ["sinfo", "--noheader", "--format=%T"],
                env=self.environment,
                capture_output=True,
                text=True,
            )
            return done.stdout.strip() == "idle"

        self._wait_until(idle, 60, "an idle node")

    def _wait_until(self, reached, seconds: float, what: str) -> None:
        end = time.monotonic() + seconds
        while not reached():
            if time.monotonic() > end:
                logs = "\n".join(
                    file.read_text()[-1500:] for file in sorted(self.folder.glob("slurm*.log"))
                )
                raise TimeoutError(f"Slurm: waited {seconds} s for {what}\n{logs}")
            time.sleep(0.2)


def _free_ports(count: int) -> list[int]:
    sockets = [socket.socket() for _ in range(count)]
    try:
        for each in sockets:
            each.bind(("127.0.0.1", 0))
        return [each.getsockname()[1] for each in sockets]
    finally:
        for each in sockets:
            each.close()
