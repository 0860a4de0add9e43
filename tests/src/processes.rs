//! The functions' processes, where the stack runs on this machine.

/// Ends the processes of a function at once, as a machine that goes down does. Gives how many there
/// were: none, where the functions run somewhere else than on this machine.
pub fn kill_workers(function: &str) -> usize {
    let end = format!("-{function}");
    let mut killed = 0;
    for entry in std::fs::read_dir("/proc").into_iter().flatten().flatten() {
        let environment = std::fs::read(entry.path().join("environ")).unwrap_or_default();
        let mut variables = environment.split(|byte| *byte == 0);
        let is_worker = |variable: &[u8]| {
            variable.starts_with(b"AWS_LAMBDA_FUNCTION_NAME=") && variable.ends_with(end.as_bytes())
        };
        if variables.any(is_worker) {
            let mut kill = std::process::Command::new("kill");
            let kill = kill.arg("-KILL").arg(entry.file_name()).status();
            killed += usize::from(kill.is_ok_and(|status| status.success()));
        }
    }
    killed
}
