UPDATE upkeep SET horizon = 1743062400000, backed_up = 1743062401000, backup_reminded = 1743062402000, restored = 1743062403000;
