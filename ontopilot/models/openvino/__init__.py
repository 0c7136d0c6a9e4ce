"""OpenVINO GenAI on the CPU, in a process of its own."""
