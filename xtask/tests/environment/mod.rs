//! The environment in which tests start git, and programs that start git.

use std::process::Command;

/// Neither the settings of whoever runs the tests nor the repository from whose hooks they are run, and the same commits each
/// time.
pub(crate) fn isolate(command: &mut Command) {
    command.envs([("GIT_CONFIG_GLOBAL", "/dev/null"), ("GIT_CONFIG_NOSYSTEM", "1")]);
    for who in ["AUTHOR", "COMMITTER"] {
        command.env(format!("GIT_{who}_NAME"), "test").env(format!("GIT_{who}_EMAIL"), "test@localhost");
        command.env(format!("GIT_{who}_DATE"), "2026-01-02T03:04:05Z");
    }
    for variable in
        ["GIT_COMMON_DIR", "GIT_DIR", "GIT_INDEX_FILE", "GIT_OBJECT_DIRECTORY", "GIT_PREFIX", "GIT_WORK_TREE"]
    {
        command.env_remove(variable);
    }
}
